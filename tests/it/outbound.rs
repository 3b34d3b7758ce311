//! Calls to URLs that newsrooms choose, on real sockets: where they go, and what they put up with.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use lanyard_admin::outbound::{Forbidden, Outbound, OutboundError};
use lanyard_core::outbound::OutboundAllow;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A server that does one thing with each connection, and counts them.
struct Peer {
    port: u16,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let mut head = vec![0; 4_096];
                // The request; what it says doesn't matter.
                let _ = stream.read(&mut head).await;
                tokio::spawn(serve(stream));
            }
        });
        Self {
            port,
            connections,
            task,
        }
    }

    async fn answering(text: impl Into<String>) -> Self {
        let text: Arc<str> = text.into().into();
        Self::start(move |mut stream| {
            let text = Arc::clone(&text);
            async move { stream.write_all(text.as_bytes()).await }
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn allow(list: &str) -> OutboundAllow {
    if list.is_empty() {
        OutboundAllow::default()
    } else {
        list.parse().unwrap()
    }
}

async fn call(outbound: &Outbound, root: &str) -> Result<(u16, String), OutboundError> {
    let target = outbound.target(root, "/api")?;
    let answer = outbound
        .post_json(&target, "token", "{}".to_owned())
        .await?;
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    Ok((answer.status.as_u16(), body))
}

/// Calls with names looked up so: the first question has the first answer, and so on; the last is given for ever.
fn with_dns(list: &str, answers: &[&[&str]]) -> (Outbound, Arc<AtomicUsize>) {
    let answers: Vec<Vec<SocketAddr>> = answers
        .iter()
        .map(|answer| {
            let address = |text: &&str| SocketAddr::new(text.parse().unwrap(), 0);
            answer.iter().map(address).collect()
        })
        .collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let lookup = move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        let answer = answers[number.min(answers.len() - 1)].clone();
        async move { Ok(answer) }
    };
    (Outbound::with_lookup(&allow(list), lookup).unwrap(), asked)
}

const FORBIDDEN: OutboundError = OutboundError::Forbidden(Forbidden::Address);

#[tokio::test]
async fn a_call_to_what_the_operator_lists_is_answered() {
    let peer = Peer::answering("HTTP/1.1 201 Made\r\ncontent-length: 2\r\n\r\nhi").await;
    let root = format!("http://127.0.0.1:{}", peer.port);
    let listed = Outbound::new(&allow("127.0.0.1")).unwrap();
    assert_eq!(call(&listed, &root).await.unwrap(), (201, "hi".to_owned()));
    let none = Outbound::new(&allow("")).unwrap();
    assert_eq!(call(&none, &root).await, Err(FORBIDDEN));
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn a_name_that_leads_to_an_address_that_is_not_public_is_not_connected_to() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for addresses in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["10.0.0.1", "169.254.169.254", "fd00::1"],
        &["64:ff9b::7f00:1", "2002:7f00:1::"],
        &["0.0.0.0"],
    ] {
        let (outbound, asked) = with_dns("", &[addresses]);
        let root = format!("https://coral.example:{}", peer.port);
        assert_eq!(
            call(&outbound, &root).await,
            Err(FORBIDDEN),
            "{addresses:?}"
        );
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_name_is_looked_up_once_for_a_call_and_judged_anew_for_the_next() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // What stands for public here: the operator lists one address of this machine, and not the other.
    let (outbound, asked) = with_dns("127.0.0.1", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let root = format!("http://coral.example:{}", peer.port);
    assert_eq!(call(&outbound, &root).await.unwrap().0, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Rebound to another address: refused, and not connected to over an old connection either.
    assert_eq!(call(&outbound, &root).await, Err(FORBIDDEN));
    assert_eq!((asked.load(Ordering::SeqCst), peer.connections()), (2, 1));
}

#[tokio::test]
async fn of_several_addresses_only_those_are_connected_to_that_were_judged_good() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let root = format!("http://coral.example:{}", peer.port);
    // The peer listens at 127.0.0.1 only, so whoever tried the others would get nothing.
    let (outbound, _) = with_dns("127.0.0.1", &[&["127.0.0.2", "::1", "127.0.0.1"]]);
    assert_eq!(call(&outbound, &root).await.unwrap().0, 200);
    let (outbound, _) = with_dns("127.0.0.2", &[&["127.0.0.1", "127.0.0.2"]]);
    assert_eq!(
        call(&outbound, &root).await,
        Err(OutboundError::NoConnection)
    );
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn without_tls_only_what_the_operator_lists_is_reached() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let root = format!("http://coral.example:{}", peer.port);
    // A public address, by a plain URL, with something else listed: the token would travel in clear.
    let (outbound, _) = with_dns("10.0.0.0/8", &[&["1.1.1.1"]]);
    assert_eq!(call(&outbound, &root).await, Err(FORBIDDEN));
    let (outbound, _) = with_dns("coral.example", &[&["127.0.0.1"]]);
    assert_eq!(call(&outbound, &root).await.unwrap().0, 200);
    let (outbound, asked) = with_dns("other.example", &[&["127.0.0.1"]]);
    let plain = OutboundError::Forbidden(Forbidden::Plain);
    assert_eq!(call(&outbound, &root).await, Err(plain));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let inside = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret").await;
    let inside_url = format!("http://127.0.0.1:{}/", inside.port);
    let outbound = Outbound::new(&allow("127.0.0.1")).unwrap();
    for status in ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"] {
        let text =
            format!("HTTP/1.1 {status}\r\nlocation: {inside_url}\r\ncontent-length: 0\r\n\r\n");
        let peer = Peer::answering(text).await;
        let (answered, _) = call(&outbound, &format!("http://127.0.0.1:{}", peer.port))
            .await
            .unwrap();
        assert_eq!(answered.to_string(), status[..3]);
        assert_eq!(peer.connections(), 1);
    }
    assert_eq!(inside.connections(), 0);
    // One that leads to itself, as a loop of ten hops does.
    let port = Arc::new(Mutex::new(0));
    let own = Arc::clone(&port);
    let looped = Peer::start(move |mut stream| {
        let port = *own.lock().unwrap();
        async move {
            let text = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(text.as_bytes()).await
        }
    })
    .await;
    *port.lock().unwrap() = looped.port;
    let answer = call(&outbound, &format!("http://127.0.0.1:{}", looped.port)).await;
    assert_eq!((answer.unwrap().0, looped.connections()), (302, 1));
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_not_read() {
    let endless = Peer::start(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        loop {
            stream.write_all(&[b'x'; 8_192]).await?;
        }
    })
    .await;
    let outbound = Outbound::new(&allow("127.0.0.1")).unwrap();
    let long = Err(OutboundError::BadAnswer("its answer is longer than 64 KiB"));
    assert_eq!(
        call(&outbound, &format!("http://127.0.0.1:{}", endless.port)).await,
        long
    );
    // A gigabyte that is only promised isn't waited for.
    let promised = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n").await;
    assert_eq!(
        call(&outbound, &format!("http://127.0.0.1:{}", promised.port)).await,
        long
    );
    let whole = "x".repeat(65_536);
    let text = format!("HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\n{whole}");
    let peer = Peer::answering(text).await;
    let (_, body) = call(&outbound, &format!("http://127.0.0.1:{}", peer.port))
        .await
        .unwrap();
    assert_eq!(body.len(), 65_536);
}

#[tokio::test]
async fn an_answer_that_is_packed_is_not_unpacked() {
    let outbound = Outbound::new(&allow("127.0.0.1")).unwrap();
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, identity"] {
        let text =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: 2\r\n\r\nxx");
        let peer = Peer::answering(text).await;
        let answer = call(&outbound, &format!("http://127.0.0.1:{}", peer.port)).await;
        assert_eq!(
            answer,
            Err(OutboundError::BadAnswer("its answer is compressed")),
            "{coding}"
        );
    }
}

#[tokio::test]
async fn whoever_answers_in_drips_or_not_at_all_is_left() {
    let slow = OutboundError::NoAnswer("it takes too long to answer");
    let patience = Duration::from_millis(300);
    let drips = Peer::start(|mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            .await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let silent = Peer::start(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
        Ok(())
    })
    .await;
    for peer in [&drips, &silent] {
        let outbound = Outbound::new(&allow("127.0.0.1")).unwrap().within(patience);
        let answer = call(&outbound, &format!("http://127.0.0.1:{}", peer.port)).await;
        assert_eq!(answer, Err(slow));
    }
    // Nor is DNS waited for.
    let never = |_| std::future::pending::<io::Result<Vec<SocketAddr>>>();
    let outbound = Outbound::with_lookup(&allow(""), never)
        .unwrap()
        .within(patience);
    assert_eq!(call(&outbound, "https://coral.example").await, Err(slow));
}

#[tokio::test]
async fn a_connection_that_breaks_or_is_none_is_told_without_what_came() {
    let outbound = Outbound::new(&allow("127.0.0.1")).unwrap();
    let broken = OutboundError::NoAnswer("the connection broke before the answer was whole");
    for text in [
        "",
        "canary\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncana",
    ] {
        let peer = Peer::answering(text).await;
        let answer = call(&outbound, &format!("http://127.0.0.1:{}", peer.port)).await;
        assert_eq!(answer, Err(broken), "{text:?}");
    }
    let (outbound, _) = with_dns("127.0.0.1", &[&["127.0.0.1"]]);
    // Plain where TLS is spoken to.
    let peer = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let answer = call(&outbound, &format!("https://coral.example:{}", peer.port)).await;
    assert_eq!(answer, Err(OutboundError::NoConnection));
}
