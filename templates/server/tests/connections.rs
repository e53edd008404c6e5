//! Clients that stall: none of them holds the server, and none keeps it from stopping.
//!
//! Each test ends by itself: whatever should end is waited for with a limit.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use auth_server::{Limits, NoCustom};
use common::{Server, form};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

/// A server whose limits are short, on a port of its own.
struct Impatient {
    _server: Server,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

async fn start() -> Impatient {
    let server = Server::start_with(|config| config.body_timeout = SHORT).await;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let app = auth_server::router(server.auth.clone(), None::<NoCustom>);
    let (stop, stopped) = oneshot::channel();
    let limits = Limits {
        head: SHORT,
        farewell: SHORT,
    };
    let running = tokio::spawn(auth_server::serve_with(limits, listener, app, async {
        let _ = stopped.await;
    }));
    Impatient {
        _server: server,
        address,
        stop,
        running,
    }
}

impl Impatient {
    /// A connection on which something was said.
    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("it reads");
        stream
    }

    /// Tells it to stop, and waits until it has.
    async fn stop(self) {
        let _ = self.stop.send(());
        let stopped = tokio::time::timeout(LONG, self.running).await;
        stopped.expect("it stops").expect("it does not panic");
    }
}

/// All that is answered until the connection is closed.
async fn heard(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut text)).await;
    // Closing with unread bytes looks like a reset; what was said before counts.
    let _ = ended.expect("the server ends it");
    String::from_utf8(text).expect("it is text")
}

#[tokio::test]
async fn a_head_that_never_ends_and_an_idle_connection_are_closed() {
    let server = start().await;
    let half = server
        .say("POST /auth/signin HTTP/1.1\r\nhost: x\r\nx-slow:")
        .await;
    let silent = server.say("").await;
    let idle = server
        .say("GET /auth/nope HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(!heard(half).await.contains("HTTP/1.1 2"));
    assert_eq!(heard(silent).await, "");
    assert!(heard(idle).await.starts_with("HTTP/1.1 404"));
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered_408() {
    let server = start().await;
    let head = "POST /auth/signup HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    let answer = heard(server.say(head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("no-store"), "{answer}");
    assert!(answer.ends_with(r#"{"message":"The request body did not arrive in time"}"#));
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = start().await;
    let mut stream = server
        .say("GET /auth/nope HTTP/1.1\r\nhost: x\r\ncookie: a=")
        .await;
    let mut sent = 0;
    // As soon as it has had enough it closes, with or without being heard to answer 431.
    while sent < 1_000_000 && stream.write_all(&[b'x'; 1000]).await.is_ok() {
        sent += 1000;
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    assert!(sent < 1_000_000, "it read all of it");
    server.stop().await;
}

#[tokio::test]
async fn stopping_lets_requests_end_and_waits_for_nobody_else() {
    let mut server = start().await;
    let body = form("ana@ex.co", "passw0rd").to_string();
    let length = body.len();
    let head = format!("POST /auth/signup HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    let stalled = server.say(&head).await;
    let mut late = server.say(&head).await;
    tokio::time::sleep(SHORT / 6).await;
    let (stop, _) = oneshot::channel();
    let _ = std::mem::replace(&mut server.stop, stop).send(());
    late.write_all(body.as_bytes()).await.expect("it reads");
    assert!(heard(late).await.starts_with("HTTP/1.1 200"));
    server.stop().await;
    assert!(!heard(stalled).await.contains("HTTP/1.1 2"));
}
