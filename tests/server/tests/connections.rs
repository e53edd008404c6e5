//! Clients that stall, and clients with too many connections: none of them holds the server, none keeps it
//! from stopping, and none keeps others out.
//!
//! Each test ends by itself: whatever should end is waited for with a limit.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use auth_server::{ConnectionLimits, Endpoints};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use common::{Server, form};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

/// A request that is answered at once.
const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// A server with limits of its own, on a port of its own.
struct Limited {
    _server: Server,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// Limits that a test can wait for.
fn impatient() -> ConnectionLimits {
    ConnectionLimits {
        head: SHORT,
        proxy_idle: SHORT,
        write: SHORT,
        shutdown_grace: SHORT,
        ..ConnectionLimits::default()
    }
}

async fn start() -> Limited {
    start_with(impatient()).await
}

async fn start_with(limits: ConnectionLimits) -> Limited {
    let server = Server::start_with(|config| config.body_timeout = SHORT).await;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let who = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
    let app = Router::new()
        .route("/who", get(who))
        .route("/slow", get(async || tokio::time::sleep(2 * SHORT).await))
        .merge(auth_server::standalone(
            server.auth.clone(),
            Endpoints::new(),
        ));
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(auth_server::serve_with(limits, listener, app, async {
        let _ = stopped.await;
    }));
    Limited {
        _server: server,
        address,
        stop,
        running,
    }
}

impl Limited {
    /// A connection on which something was said.
    async fn say(&self, text: &str) -> TcpStream {
        self.say_from("127.0.0.1", text).await
    }

    /// The same from another address of this machine; all of 127.0.0.0/8 is, on Linux.
    async fn say_from(&self, address: &str, text: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("there is a socket");
        let address = format!("{address}:0").parse().expect("an address");
        socket.bind(address).expect("it is ours");
        let connecting = tokio::time::timeout(LONG, socket.connect(self.address)).await;
        let mut stream = connecting.expect("in time").expect("it listens");
        // A connection that is closed at once may not take what is said.
        let _ = stream.write_all(text.as_bytes()).await;
        stream
    }

    /// Tells it to stop, and waits until it has.
    async fn stop(self) {
        let _ = self.stop.send(());
        let stopped = tokio::time::timeout(LONG, self.running).await;
        stopped.expect("it stops").expect("it does not panic");
    }
}

/// Whether the server ends a connection soon.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    let read = tokio::time::timeout(SHORT, stream.read(&mut byte)).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

/// All that is answered until the connection is closed.
async fn received(mut stream: TcpStream) -> String {
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
    assert!(!received(half).await.contains("HTTP/1.1 2"));
    assert_eq!(received(silent).await, "");
    assert!(received(idle).await.starts_with("HTTP/1.1 404"));
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered_408() {
    let server = start().await;
    let head = "POST /auth/signup HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    let answer = received(server.say(head).await).await;
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
    // As soon as it has had enough it closes, with or without an answer of 431.
    while sent < 1_000_000 && stream.write_all(&[b'x'; 1000]).await.is_ok() {
        sent += 1000;
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    assert!(sent < 1_000_000, "it read all of it");
    server.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_requests_and_for_nothing_else() {
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
    assert!(received(late).await.starts_with("HTTP/1.1 200"));
    server.stop().await;
    assert!(!received(stalled).await.contains("HTTP/1.1 2"));
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut_off() {
    let server = start_with(ConnectionLimits {
        head: 2 * LONG,
        ..impatient()
    })
    .await;
    let mut stream = server.say("").await;
    // More than the buffers of both ends hold.
    let requests = "GET /auth/jwt/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let flooding = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    let ended = tokio::time::timeout(LONG, flooding).await;
    ended.expect("writing fails once the server has closed the connection");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all_of_its_answers() {
    let server = start().await;
    const COUNT: usize = 300;
    let mut requests = "GET /auth/jwt/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(COUNT - 1);
    requests += "GET /auth/jwt/jwks.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut stream = server.say(&requests).await;
    let (mut answers, mut part) = (Vec::new(), vec![0; 20_000]);
    loop {
        tokio::time::sleep(SHORT / 10).await;
        match stream.read(&mut part).await.expect("it is not cut off") {
            0 => break,
            count => answers.extend_from_slice(&part[..count]),
        }
    }
    let answers = String::from_utf8(answers).expect("it is text");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), COUNT);
    server.stop().await;
}

#[tokio::test]
async fn handlers_learn_the_address_of_the_peer() {
    let server = start().await;
    let head = "GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = received(server.say(head).await).await;
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    server.stop().await;
}

/// Connections of one peer that hold what they can: the heads of their requests never end.
async fn flood(server: &Limited, address: &str, count: usize) -> Vec<TcpStream> {
    let mut flood = Vec::new();
    for _ in 0..count {
        let stream = server.say_from(address, "GET /livez HTTP/1.1\r\nx-slow:");
        flood.push(stream.await);
    }
    flood
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_peer_with_too_many_connections_loses_only_its_own() {
    let server = start_with(ConnectionLimits {
        max_connections: 12,
        max_per_peer: 4,
        ..ConnectionLimits::default()
    })
    .await;
    let mut other = server.say_from("127.0.0.2", LIVEZ.split_at(20).0).await;
    let mut flood = flood(&server, "127.0.0.1", 40).await;
    // Others are answered, also on a connection that is as slow as those of the flood.
    let rest = LIVEZ.split_at(20).1;
    other.write_all(rest.as_bytes()).await.expect("it reads");
    assert!(received(other).await.starts_with("HTTP/1.1 200"));
    // And so is another client with the address of the flood.
    let own = server.say_from("127.0.0.1", LIVEZ).await;
    assert!(received(own).await.starts_with("HTTP/1.1 200"));
    assert!(is_closed(&mut flood[0]).await, "the oldest ones gave way");
    let last = flood.last_mut().expect("there are some");
    assert!(!is_closed(last).await, "it is one of the newest");
    server.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn at_the_limit_there_is_room_for_another_client() {
    let server = start_with(ConnectionLimits {
        max_connections: 6,
        max_per_peer: 3,
        ..ConnectionLimits::default()
    })
    .await;
    let _one = flood(&server, "127.0.0.1", 10).await;
    let _two = flood(&server, "127.0.0.2", 10).await;
    let third = server.say_from("127.0.0.3", LIVEZ).await;
    assert!(received(third).await.starts_with("HTTP/1.1 200"));
    server.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_that_is_being_answered_does_not_give_way() {
    let server = start_with(ConnectionLimits {
        max_connections: 4,
        max_per_peer: 2,
        ..ConnectionLimits::default()
    })
    .await;
    let slow = "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let first = server.say(slow).await;
    let second = server.say(slow).await;
    tokio::time::sleep(SHORT / 6).await;
    let mut third = server.say(LIVEZ).await;
    assert!(is_closed(&mut third).await, "its share is in use");
    let other = server.say_from("127.0.0.2", LIVEZ).await;
    assert!(received(other).await.starts_with("HTTP/1.1 200"));
    assert!(received(first).await.starts_with("HTTP/1.1 200"));
    assert!(received(second).await.starts_with("HTTP/1.1 200"));
    server.stop().await;
}

#[tokio::test]
async fn a_trusted_proxy_has_no_share() {
    let server = start_with(ConnectionLimits {
        max_connections: 12,
        max_per_peer: 2,
        trusted_proxies: "127.0.0.1".parse().expect("an address"),
        ..ConnectionLimits::default()
    })
    .await;
    let mut connections = flood(&server, "127.0.0.1", 8).await;
    assert!(!is_closed(&mut connections[0]).await);
    server.stop().await;
}
