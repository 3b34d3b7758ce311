//! Redis servers that a test stops and starts: one alone, a master with a replica and a sentinel, a cluster.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A Redis of one's own, to be stopped and started.
#[derive(Debug)]
pub(crate) struct OwnRedis {
    port: u16,
    settings: Vec<String>,
    server: Option<Child>,
    folder: TempDir,
}

impl OwnRedis {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with these settings.
    pub(crate) fn start_with(settings: &[&str]) -> Self {
        let mut redis = Self {
            port: free_port(),
            settings: settings.iter().map(|&text| text.to_owned()).collect(),
            server: None,
            folder: TempDir::new().unwrap(),
        };
        redis.restart();
        redis
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}/0", self.address())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again, empty, on the same port.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &port, "--save", ""])
            .args(["--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(&self.settings);
        self.server = Some(spawn(&mut command));
        wait_for(self.port);
    }

    /// Kills it, with all that it holds.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Asks it as its own client does; the lines of the answer.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Vec<String> {
        ask(self.port, arguments)
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A sentinel that watches over a master of the name `mymaster`, and makes a replica the master half a second after that
/// was heard of for the last time.
#[derive(Debug)]
pub(crate) struct Sentinel {
    port: u16,
    server: Child,
    _folder: TempDir,
}

impl Sentinel {
    pub(crate) fn start(master: &OwnRedis) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let config = folder.path().join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor mymaster 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 3000\n",
            folder.path().display(),
            master.port,
        );
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("redis-server");
        let server = spawn(command.arg(&config).arg("--sentinel"));
        wait_for(port);
        let sentinel = Self {
            port,
            server,
            _folder: folder,
        };
        until("the sentinel knows the replica", || {
            let known = ask(port, &["sentinel", "replicas", "mymaster"]);
            known.iter().any(|line| line == "slave") && known.iter().any(|line| line == "ok")
        });
        sentinel
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port of whom it takes for the master.
    pub(crate) fn master_port(&self) -> u16 {
        let address = ask(
            self.port,
            &["sentinel", "get-master-addr-by-name", "mymaster"],
        );
        address[1].parse().unwrap()
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

/// Three masters that share the keys among them.
#[derive(Debug)]
pub(crate) struct RedisCluster {
    pub(crate) nodes: Vec<OwnRedis>,
}

impl RedisCluster {
    pub(crate) fn start() -> Self {
        let started = || {
            let bus = free_port();
            let port = bus.to_string();
            let settings = ["--cluster-enabled", "yes", "--cluster-port", &port];
            let more = ["--cluster-node-timeout", "2000"];
            // A node without replica is missed, and the others go on.
            let partial = ["--cluster-require-full-coverage", "no"];
            (
                OwnRedis::start_with(&[&settings[..], &more, &partial].concat()),
                port,
            )
        };
        let nodes: Vec<_> = (0..3).map(|_| started()).collect();
        for ((node, _), (first, last)) in
            nodes.iter().zip([(0, 5460), (5461, 10922), (10923, 16383)])
        {
            let (first, last) = (i32::to_string(&first), i32::to_string(&last));
            node.ask(&["cluster", "addslotsrange", &first, &last]);
            for (other, bus) in &nodes {
                node.ask(&["cluster", "meet", "127.0.0.1", &other.port.to_string(), bus]);
            }
        }
        let nodes: Vec<_> = nodes.into_iter().map(|(node, _)| node).collect();
        for node in &nodes {
            until("the cluster is whole", || {
                let info = node.ask(&["cluster", "info"]);
                let says = |what: &str| info.iter().any(|line| line == what);
                says("cluster_state:ok")
                    && says("cluster_known_nodes:3")
                    && says("cluster_slots_ok:16384")
            });
        }
        Self { nodes }
    }

    pub(crate) fn url(&self) -> String {
        let addresses: Vec<_> = self.nodes.iter().map(OwnRedis::address).collect();
        format!("redis+cluster://{}", addresses.join(","))
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn spawn(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server starts (script/bootstrap --tests installs it)")
}

fn wait_for(port: u16) {
    until("redis-server answers", || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
}

fn until(what: &str, ready: impl Fn() -> bool) {
    let begin = Instant::now();
    while !ready() {
        assert!(begin.elapsed() < Duration::from_secs(20), "not so: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn ask(port: u16, arguments: &[&str]) -> Vec<String> {
    let mut client = Command::new("redis-cli");
    client.args(["-p", &port.to_string()]).args(arguments);
    let output = client.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}
