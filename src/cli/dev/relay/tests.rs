use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Relay, Retired, begins_request};

/// A server that keeps connections, and answers each request with its name and the address that the request comes from.
struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Server {
    /// `delay`: how long it takes for an answer.
    fn start(name: &'static str, interface: &str, delay: Duration) -> Self {
        let listener = TcpListener::bind((interface, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let over = Arc::clone(&over);
                thread::spawn(move || answer(&client, name, delay, &over));
            }
        });
        Self { address, is_over }
    }

    /// Closes its address and its connections at once, as a program does that ends.
    fn stop(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut client: &TcpStream, name: &str, delay: Duration, over: &AtomicBool) {
    let peer = client.peer_addr().expect("it is connected").ip();
    let mut reader = BufReader::new(client);
    while let Some(body) = message(&mut reader) {
        thread::sleep(delay);
        if over.load(Ordering::SeqCst) {
            return;
        }
        let text = format!("{name} {peer}{body}");
        let length = text.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        if client
            .write_all(format!("{head}{text}").as_bytes())
            .is_err()
        {
            return;
        }
    }
}

/// Reads a request or an answer: its body.
fn message(reader: &mut impl BufRead) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

/// A client with one connection.
struct Client(TcpStream);

impl Client {
    fn new(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).expect("the address is open"))
    }

    fn ask(&self, body: &str) -> Option<String> {
        let length = body.len();
        let text = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}");
        (&self.0).write_all(text.as_bytes()).ok()?;
        message(&mut BufReader::new(&self.0))
    }
}

fn drain(retired: &Retired) {
    let start = Instant::now();
    while !retired.is_drained() {
        assert!(start.elapsed() < TIME, "it never drains");
        thread::sleep(Duration::from_millis(5));
    }
}

const AT_ONCE: Duration = Duration::ZERO;

/// How long anything may take on a busy machine.
const TIME: Duration = Duration::from_secs(20);

fn relay(server: &Server, interface: &str) -> (Relay, SocketAddr) {
    let listen = SocketAddr::new(interface.parse().expect("an address"), 0);
    let relay = Relay::open(listen, server.address.port()).expect("a port is free");
    let address = relay.listen;
    (relay, address)
}

#[test]
fn no_request_is_lost_while_servers_replace_each_other() {
    let mut server = Server::start("server", "127.0.0.1", AT_ONCE);
    let (relay, address) = relay(&server, "127.0.0.1");
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let answer = Client::new(address).ask("");
                    assert_eq!(answer.as_deref(), Some("server 127.0.0.1"));
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for _ in 0..5 {
            let before = answered.load(Ordering::SeqCst);
            let next = Server::start("server", "127.0.0.1", AT_ONCE);
            drain(&relay.switch(next.address.port()));
            server.stop();
            server = next;
            let start = Instant::now();
            while answered.load(Ordering::SeqCst) == before && start.elapsed() < TIME {
                thread::yield_now();
            }
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert!(answered.load(Ordering::SeqCst) > 5);
}

#[test]
fn an_open_connection_moves_with_its_next_request() {
    let old = Server::start("old", "127.0.0.1", AT_ONCE);
    let (relay, address) = relay(&old, "127.0.0.1");
    let (client, waiting) = (Client::new(address), Client::new(address));
    assert_eq!(client.ask("").as_deref(), Some("old 127.0.0.1"));
    let new = Server::start("new", "127.0.0.1", AT_ONCE);
    let retired = relay.switch(new.address.port());
    assert_eq!(client.ask(" 1").as_deref(), Some("new 127.0.0.1 1"));
    drain(&retired);
    old.stop();
    assert_eq!(client.ask(" 2").as_deref(), Some("new 127.0.0.1 2"));
    // So does one that was open, and had sent nothing.
    assert_eq!(waiting.ask("").as_deref(), Some("new 127.0.0.1"));
}

#[test]
fn a_server_keeps_the_requests_that_it_has() {
    let slow = Duration::from_millis(600);
    let old = Server::start("old", "127.0.0.1", slow);
    let (relay, address) = relay(&old, "127.0.0.1");
    let client = thread::spawn(move || Client::new(address).ask(&"x".repeat(100_000)));
    let start = Instant::now();
    while relay.shared.lock().unanswered.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < TIME, "nothing is sent");
    }
    let new = Server::start("new", "127.0.0.1", AT_ONCE);
    let retired = relay.switch(new.address.port());
    assert!(!retired.is_drained());
    assert_eq!(
        Client::new(address).ask("").as_deref(),
        Some("new 127.0.0.1")
    );
    drain(&retired);
    let answer = client.join().expect("it ends").expect("it is answered");
    assert!(answer.starts_with("old 127.0.0.1x"), "{}", &answer[..20]);
    assert_eq!(answer.len(), "old 127.0.0.1".len() + 100_000);
}

/// A server that gives more to clients of this machine takes only those for them.
#[test]
fn a_client_of_another_machine_does_not_seem_to_be_here() {
    let server = Server::start("server", "0.0.0.0", AT_ONCE);
    let (_relay, address) = relay(&server, "0.0.0.0");
    let from_here = SocketAddr::new(IpAddr::from([127, 0, 0, 1]), address.port());
    assert_eq!(
        Client::new(from_here).ask("").as_deref(),
        Some("server 127.0.0.1")
    );
    // An address of this machine that others reach, where there is one: no packet is sent.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").expect("a port is free");
    let outside = probe
        .connect("192.0.2.1:9")
        .and_then(|()| probe.local_addr());
    if let Ok(outside) = outside.map(|address| address.ip())
        && !outside.is_loopback()
    {
        let reached = Client::new(SocketAddr::new(outside, address.port()));
        assert_eq!(reached.ask(""), Some(format!("server {outside}")));
    }
}

#[test]
fn an_answer_that_ends_with_the_connection_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client comes");
        let _ = client.read(&mut [0; 1024]);
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\nall");
    });
    let relay = Relay::open(SocketAddr::from(([127, 0, 0, 1], 0)), port).expect("a port is free");
    let mut client = TcpStream::connect(relay.listen).expect("the address is open");
    client
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .expect("it reads");
    let mut text = String::new();
    client.read_to_string(&mut text).expect("it ends");
    assert!(text.ends_with("all"), "{text}");
    // And where no server is, a connection ends without one.
    assert_eq!(Client::new(relay.listen).ask(""), None);
    let address = relay.listen;
    drop(relay);
    assert!(
        TcpStream::connect(address).is_err(),
        "the address is still open"
    );
}

#[test]
fn the_rest_of_a_body_is_no_request() {
    assert!(begins_request(b"POST /signin HTTP/1.1\r\n"));
    assert!(!begins_request(b"POSTAGE is due"));
    assert!(!begins_request(b"{\"status\":"));
}
