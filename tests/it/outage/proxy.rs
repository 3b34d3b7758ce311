//! A way to Postgres that can be closed, or swallow what is sent.

use std::{path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Open,
    /// Connections end at once.
    Closed,
    /// Connections neither end nor answer.
    Hung,
}

/// The mode, and how often old connections were told to hang for good.
type State = (Mode, u32);

pub(super) struct Proxy {
    url: String,
    state: watch::Sender<State>,
}

#[derive(Clone)]
enum Behind {
    Socket(PathBuf),
    Address(String, u16),
}

impl Proxy {
    /// A proxy in front of the Postgres of this URL.
    pub(super) async fn start(url: &str) -> Self {
        let options = PgConnectOptions::from_str(url).unwrap();
        let port = options.get_port();
        let behind = match options.get_socket() {
            Some(folder) => Behind::Socket(folder.join(format!(".s.PGSQL.{port}"))),
            None => Behind::Address(options.get_host().to_owned(), port),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (state, watched) = watch::channel((Mode::Open, 0));
        let url = format!(
            "postgres://{}@{}/{}?sslmode=disable",
            options.get_username(),
            listener.local_addr().unwrap(),
            options.get_database().unwrap(),
        );
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(forward(stream, behind.clone(), watched.clone()));
            }
        });
        Self { url, state }
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    pub(super) fn open(&self) {
        self.state.send_modify(|state| state.0 = Mode::Open);
    }

    pub(super) fn close(&self) {
        self.state.send_modify(|state| state.0 = Mode::Closed);
    }

    pub(super) fn hang(&self) {
        self.state.send_modify(|state| state.0 = Mode::Hung);
    }

    /// What is connected hangs for good; new connections work.
    pub(super) fn hang_old_connections(&self) {
        self.state.send_modify(|state| state.1 += 1);
    }
}

async fn forward(stream: TcpStream, behind: Behind, watched: watch::Receiver<State>) {
    match behind {
        Behind::Socket(path) => {
            let other = UnixStream::connect(path).await.unwrap();
            carry(stream, other, watched).await;
        }
        Behind::Address(host, port) => {
            let other = TcpStream::connect((host, port)).await.unwrap();
            carry(stream, other, watched).await;
        }
    }
}

async fn carry(
    mut stream: TcpStream,
    mut other: impl AsyncRead + AsyncWrite + Unpin,
    mut watched: watch::Receiver<State>,
) {
    let began = watched.borrow().1;
    tokio::select! {
        _ = copy_bidirectional(&mut stream, &mut other) => return,
        _ = watched.wait_for(|(mode, count)| *mode != Mode::Open || *count != began) => {}
    }
    if watched.borrow().1 != began {
        // Until the test ends.
        let _ = watched.wait_for(|_| false).await;
    }
    let _ = watched.wait_for(|(mode, _)| *mode != Mode::Hung).await;
}
