//! A pooler between the server and Postgres: PgBouncer in session mode.

use std::{net::TcpListener, path::Path, process::Child, time::Duration};

use tempfile::TempDir;

use crate::harness::{
    App, PostgresServer, TestDatabase, as_server, give, lanyard, run, wait, within,
};

/// A PgBouncer in front of a Postgres.
struct PgBouncer {
    port: u16,
    server: Child,
    _folder: TempDir,
}

impl PgBouncer {
    fn start(postgres: &PostgresServer, mode: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = TempDir::new().unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let (config, users) = (
            folder.path().join("config.ini"),
            folder.path().join("users"),
        );
        std::fs::write(&users, "\"lanyard\" \"\"\n").unwrap();
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = {mode}\ndefault_pool_size = 40\n",
            postgres.port(),
            users.display(),
        );
        std::fs::write(&config, text).unwrap();
        give(&users);
        give(&config);
        let mut command = as_server(Path::new("/usr/sbin/pgbouncer"));
        command.arg("-q").arg(&config);
        let server = command
            .spawn()
            .expect("pgbouncer (script/bootstrap --tests)");
        wait("PgBouncer takes connections", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            port,
            server,
            _folder: folder,
        }
    }

    fn url(&self) -> String {
        format!("postgres://lanyard@127.0.0.1:{}/lanyard", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_works_through_a_pooler_in_session_mode() {
    let postgres = PostgresServer::start(&[]);
    let pooler = PgBouncer::start(&postgres, "session");
    let database = TestDatabase::elsewhere(&pooler.url()).await;
    let direct = App::builder().on(&database).listen_url(&postgres.url());
    let app = direct.start().await;
    let other = App::builder().on(&database).start().await;
    let post = app.tenant("post").await;
    let through_other = post.through(&other);
    // One listens past the pooler, the other through it: sessions may.
    for (here, there) in [(&post, &through_other), (&through_other, &post)] {
        let token = here.token("1").await;
        assert_eq!(there.look_up(&token).await.status, 200);
        assert_eq!(here.revoke(&token).await.status, 200);
        within(
            Duration::from_millis(400),
            "it is heard before the poll",
            async || there.look_up(&token).await.status == 401,
        )
        .await;
    }
    let mut doctor = lanyard(&pooler.url());
    doctor.env("LANYARD_DATABASE_LISTEN_URL", postgres.url());
    doctor.arg("doctor");
    let told = run(doctor, b"").await.ok().stdout;
    assert!(told.contains("ok    changes: are heard"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_finds_a_listening_url_that_leads_elsewhere() {
    let (postgres, elsewhere) = (PostgresServer::start(&[]), PostgresServer::start(&[]));
    TestDatabase::elsewhere(&postgres.url()).await;
    TestDatabase::elsewhere(&elsewhere.url()).await;
    let mut doctor = lanyard(&postgres.url());
    doctor.env("LANYARD_DATABASE_LISTEN_URL", elsewhere.url());
    doctor.arg("doctor");
    let told = run(doctor, b"").await;
    assert_eq!(told.code, 1, "{told:?}");
    assert!(
        told.stdout
            .contains("FAIL  changes: what is notified isn't heard"),
        "{told:?}"
    );
}
