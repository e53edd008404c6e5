//! The address of `auth-gen dev`, in front of servers that take each other's place.
//!
//! The address stays open for as long as the command runs. Each server listens on a free port of its own, and bytes are passed on
//! as they come, so that programs of users need nothing for it. Rules:
//! - a connection gets its server with the first bytes of a request, so that one that waits is never lost with a server;
//! - after a change, new connections and the next requests on old ones go to the new server, and the old one is asked to end
//!   when it has begun to answer all that it was sent;
//! - a server decides by the address of a connection: `/dev/outbox` is for clients on this machine alone. So it is connected to
//!   at the address that the client has reached, and only a client on this machine comes from a loopback address.

mod line;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::address::reachable;
use line::Line;

/// How often a connection that waits for its client looks whether its server has closed it.
const TICK: Duration = Duration::from_secs(1);

/// How long a server may take to begin its answers to what it was sent, before it is asked to end.
const DRAIN: Duration = Duration::from_secs(5);

/// How long clients have to send their next request, which moves them to the new server, before the old one closes the
/// connections that wait.
const SETTLE: Duration = Duration::from_millis(200);

/// An address that is listened on. Dropping it closes the address, and leaves its connections.
pub(super) struct Relay {
    listen: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    current: Mutex<Arc<Upstream>>,
    is_over: AtomicBool,
}

/// A server behind the address.
#[derive(Debug)]
struct Upstream {
    port: u16,
    /// How many of its connections were sent something that it has not begun to answer.
    unanswered: AtomicUsize,
}

/// A server that gets no new requests.
#[derive(Debug)]
pub(super) struct Retired {
    upstream: Arc<Upstream>,
    since: Instant,
}

impl Relay {
    /// Listens at an address, in front of the server at a port.
    ///
    /// # Errors
    /// When the address is taken.
    pub(super) fn open(listen: SocketAddr, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        let listen = listener.local_addr()?;
        let shared = Arc::new(Shared {
            current: Mutex::new(Upstream::at(port)),
            is_over: AtomicBool::new(false),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Ok(Self {
            listen,
            shared,
            accepting: Some(accepting),
        })
    }

    /// Sends requests to another server from now on.
    pub(super) fn switch(&self, port: u16) -> Retired {
        let mut current = self.shared.lock();
        Retired {
            upstream: std::mem::replace(&mut *current, Upstream::at(port)),
            since: Instant::now(),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        let is_awake = TcpStream::connect(reachable(self.listen)).is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| is_awake) {
            let _ = accepting.join();
        }
    }
}

impl Retired {
    /// Whether it can be asked to end: it has begun to answer all that it was sent, or had the time for it.
    pub(super) fn is_drained(&self) -> bool {
        let time = self.since.elapsed();
        let is_idle = self.upstream.unanswered.load(Ordering::SeqCst) == 0;
        time > DRAIN || time > SETTLE && is_idle
    }
}

impl Upstream {
    fn at(port: u16) -> Arc<Self> {
        Arc::new(Self {
            port,
            unanswered: AtomicUsize::new(0),
        })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Arc<Upstream>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_current(&self, upstream: &Arc<Upstream>) -> bool {
        Arc::ptr_eq(&self.lock(), upstream)
    }

    /// A connection to the server that is there now, for a client.
    fn connect(&self, client: &TcpStream) -> io::Result<Arc<Line>> {
        let mut reached = client.local_addr()?;
        loop {
            let upstream = {
                let current = self.lock();
                // Counted before the server can be retired.
                current.unanswered.fetch_add(1, Ordering::SeqCst);
                Arc::clone(&current)
            };
            reached.set_port(upstream.port);
            match TcpStream::connect(reached) {
                Ok(server) => return Ok(Arc::new(Line::new(upstream, server)?)),
                Err(error) => {
                    upstream.unanswered.fetch_sub(1, Ordering::SeqCst);
                    if self.is_current(&upstream) {
                        return Err(error);
                    }
                }
            }
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else {
            // Most likely no descriptor is free.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let shared = Arc::clone(shared);
        // Where there is no room for a thread, the connection is closed; and one that breaks needs no answer.
        let _ = thread::Builder::new().spawn(move || drop(converse(&client, &shared)));
    }
}

/// Passes on what a client sends, until it closes.
fn converse(client: &TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(TICK))?;
    let mut line: Option<Arc<Line>> = None;
    let outcome = pass_on(client, shared, &mut line);
    if let Some(line) = line {
        // The server may still answer a client that has sent all.
        line.close(match outcome {
            Ok(()) => Shutdown::Write,
            Err(_) => Shutdown::Both,
        });
    }
    outcome
}

fn pass_on(
    mut client: &TcpStream,
    shared: &Shared,
    line: &mut Option<Arc<Line>>,
) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = client.read(&mut buffer);
        if line.as_ref().is_some_and(|line| line.is_closed()) {
            return Ok(());
        }
        let bytes = match read {
            Ok(0) => return Ok(()),
            Ok(count) => &buffer[..count],
            Err(error) if is_for_want_of_bytes(&error) => continue,
            Err(error) => return Err(error),
        };
        let is_next = |line: &mut Arc<Line>| line.is_answered() && begins_request(bytes);
        if let Some(old) = line.take_if(|line| is_next(line) && !shared.is_current(line.upstream()))
            && !old.leave()
        {
            return Ok(());
        }
        let now = match line {
            Some(line) => Arc::clone(line),
            None => {
                let new = shared.connect(client)?;
                let (receiving, answers) = (Arc::clone(&new), client.try_clone()?);
                thread::Builder::new().spawn(move || receiving.receive(&answers))?;
                Arc::clone(line.insert(new))
            }
        };
        now.send(bytes)?;
    }
}

fn is_for_want_of_bytes(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Whether bytes that follow an answer are the next request (RFC 9112 §3: a method and a space), and not the rest of a body
/// whose beginning was answered.
fn begins_request(bytes: &[u8]) -> bool {
    let methods = [
        "GET ", "POST ", "PUT ", "DELETE ", "PATCH ", "HEAD ", "OPTIONS ",
    ];
    let mut methods = methods.iter();
    methods.any(|method| bytes.starts_with(method.as_bytes()))
}
