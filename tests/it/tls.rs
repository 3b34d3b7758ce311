//! TLS to Postgres and to Redis, with an authority of one's own.

use std::process::Command;

use tempfile::TempDir;

use crate::harness::{
    App, OwnRedis, PostgresServer, TestDatabase, eventually, lanyard, run, run_cli, run_program,
};

/// An authority, and a certificate of it for `localhost`.
struct Certificates(TempDir);

impl Certificates {
    fn make() -> Self {
        let made = Self(TempDir::new().unwrap());
        let openssl = |line: &str| {
            let mut command = Command::new("openssl");
            command.current_dir(made.0.path()).args(line.split(' '));
            run_program(&mut command);
        };
        let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        openssl(&format!(
            "req -x509 {curve} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"
        ));
        openssl(&format!(
            "req {curve} -keyout server.key -out server.csr -subj /CN=localhost"
        ));
        std::fs::write(made.0.path().join("names"), "subjectAltName=DNS:localhost").unwrap();
        openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
        );
        made
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_believed_only_with_a_certificate_of_the_authority_for_its_name() {
    let (certificates, others) = (Certificates::make(), Certificates::make());
    let mut server = PostgresServer::start(&[]);
    server.put_file("server.crt", &certificates.read("server.pem"));
    server.put_file("server.key", &certificates.read("server.key"));
    server.execute("alter system set ssl = on");
    server.restart();
    let url = |host: &str, authority: &str| {
        format!(
            "postgres://lanyard:hunter2@{host}:{}/lanyard?sslmode=verify-full&sslrootcert={authority}",
            server.port()
        )
    };
    let good = url("localhost", &certificates.path("ca.pem"));
    let database = TestDatabase::elsewhere(&good).await;
    let app = App::builder().on(&database).start().await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    assert_eq!(post.look_up(&token).await.status, 200);
    let plain = "select count(*) from pg_stat_ssl join pg_stat_activity using (pid)
                 where application_name = 'lanyard' and not ssl";
    assert_eq!(server.execute(plain), "0");
    for bad in [
        url("127.0.0.1", &certificates.path("ca.pem")),
        url("localhost", &others.path("ca.pem")),
        url("localhost", "/nowhere/ca.pem"),
    ] {
        let told = run_cli(&bad, &["tenant", "list"]).await;
        assert_ne!(told.code, 0, "{told:?}");
        assert!(!format!("{told:?}").contains("hunter2"), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_believed_only_with_a_certificate_of_the_authority_for_its_name() {
    let (certificates, others) = (Certificates::make(), Certificates::make());
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (number, certificate) = (port.to_string(), certificates.path("server.pem"));
    let (key, authority) = (certificates.path("server.key"), certificates.path("ca.pem"));
    let redis = OwnRedis::start_with(&[
        "--tls-port",
        &number,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &authority,
        "--tls-auth-clients",
        "no",
        "--requirepass",
        "",
    ]);
    let url =
        |host: &str, authority: &str| format!("rediss://{host}:{port}/0?sslrootcert={authority}");
    let good = url("localhost", &authority);
    let app = App::builder()
        .redis_url(&good)
        .readers_memory(0)
        .start()
        .await;
    let post = app.tenant("post").await;
    let token = post.token("1").await;
    eventually("Redis is used", || async {
        assert_eq!(post.look_up(&token).await.status, 200);
        redis.ask(&["dbsize"]) != ["0"]
    })
    .await;
    for (url, found) in [
        (good, "ok    Redis: answers"),
        (url("127.0.0.1", &authority), "FAIL  Redis: doesn't answer"),
        (
            url("localhost", &others.path("ca.pem")),
            "FAIL  Redis: doesn't answer",
        ),
    ] {
        let mut doctor = lanyard(&app.database.url);
        doctor.env("LANYARD_REDIS_URL", url).arg("doctor");
        let told = run(doctor, b"").await;
        assert!(told.stdout.contains(found), "{told:?}");
    }
}
