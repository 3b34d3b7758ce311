//! A long way to Postgres: every answer takes its time, so that what is dropped is dropped while it waits for one.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream, UnixStream},
    time::sleep,
};

/// How late each answer comes.
pub(super) const TRIP: Duration = Duration::from_millis(5);

/// The URL of a long way to the Postgres of this URL, for as long as the test runs.
pub(super) async fn slow_way_to(url: &str) -> String {
    let options = PgConnectOptions::from_str(url).unwrap();
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    let socket: Option<PathBuf> = options
        .get_socket()
        .map(|folder| folder.join(format!(".s.PGSQL.{port}")));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = format!(
        "postgres://{}@{}/{}?sslmode=disable",
        options.get_username(),
        listener.local_addr().unwrap(),
        options.get_database().unwrap(),
    );
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            match &socket {
                Some(path) => {
                    let postgres = UnixStream::connect(path).await.unwrap();
                    tokio::spawn(carry(stream, postgres));
                }
                None => {
                    let postgres = TcpStream::connect((host.as_str(), port)).await.unwrap();
                    tokio::spawn(carry(stream, postgres));
                }
            }
        }
    });
    slow
}

async fn carry(stream: TcpStream, postgres: impl AsyncRead + AsyncWrite) {
    let (mut asked, mut answers) = stream.into_split();
    let (mut postgres, mut asks) = split(postgres);
    let slowly = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            match postgres.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    sleep(TRIP).await;
                    if answers.write_all(&bytes[..length]).await.is_err() {
                        return;
                    }
                }
            }
        }
    };
    // Whichever side ends, both connections do.
    tokio::select! {
        () = slowly => {}
        _ = copy(&mut asked, &mut asks) => {}
    }
}
