//! Connections: how many, how long, and how they end.

use std::time::Duration;

use lanyard_api::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::harness::App;

const REQUEST: &str = "GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_the_requests_in_flight_first() {
    let mut app = App::start().await;
    let post = app.tenant("post").await;
    let body = r#"{"id":"1"}"#;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        post.path(),
        post.api_key,
        body.len()
    );
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let address = app.address;
    let in_flight = async {
        sleep(Duration::from_millis(200)).await;
        assert!(
            TcpStream::connect(address).await.is_err(),
            "nobody new is let in"
        );
        stream.write_all(body.as_bytes()).await.unwrap();
        read_all(&mut stream).await
    };
    let ((), answer) = tokio::join!(app.stop(), in_flight);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_over_the_cap_waits_for_its_turn() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let app = App::builder().limits(limits).start().await;
    let first = TcpStream::connect(app.address).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    let mut second = TcpStream::connect(app.address).await.unwrap();
    second.write_all(REQUEST.as_bytes()).await.unwrap();
    let early = timeout(Duration::from_millis(200), second.read_u8()).await;
    assert!(early.is_err(), "it was answered before its turn");
    drop(first);
    assert!(read_all(&mut second).await.contains(" 200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_dawdles_over_its_headers_is_cut_off() {
    let limits = Limits {
        header_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let app = App::builder().limits(limits).start().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(&REQUEST.as_bytes()[..20]).await.unwrap();
    let cut = timeout(Duration::from_secs(5), read_all(&mut stream)).await;
    assert!(cut.is_ok(), "the connection is still open");
}
