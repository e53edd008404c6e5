//! The way from one client to its server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Upstream;

/// A connection to a server, for one client.
#[derive(Debug)]
pub(super) struct Line {
    upstream: Arc<Upstream>,
    server: TcpStream,
    /// Whether something was sent that the server has not begun to answer.
    is_waiting: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The client has another server now.
    Left,
    /// The server has sent all.
    Closed,
}

impl Line {
    /// A connection that is counted among those that wait for an answer already.
    pub(super) fn new(upstream: Arc<Upstream>, server: TcpStream) -> io::Result<Self> {
        let line = Self {
            upstream,
            server,
            is_waiting: AtomicBool::new(true),
            state: Mutex::new(State::Open),
        };
        // Both ends have decided how much they write at once.
        line.server.set_nodelay(true)?;
        Ok(line)
    }

    pub(super) fn upstream(&self) -> &Arc<Upstream> {
        &self.upstream
    }

    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        if !self.is_waiting.swap(true, Ordering::SeqCst) {
            self.upstream.unanswered.fetch_add(1, Ordering::SeqCst);
        }
        (&self.server).write_all(bytes)
    }

    /// Whether the server has begun to answer all that it was sent.
    pub(super) fn is_answered(&self) -> bool {
        !self.is_waiting.load(Ordering::SeqCst)
    }

    fn answered(&self) {
        if self.is_waiting.swap(false, Ordering::SeqCst) {
            self.upstream.unanswered.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Passes on to the client what the server sends, until it closes.
    pub(super) fn receive(&self, mut client: &TcpStream) {
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = (&self.server).read(&mut buffer).unwrap_or(0);
            self.answered();
            if count == 0 || client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let mut state = self.state();
        if *state == State::Open {
            *state = State::Closed;
            // An answer may end with the connection.
            let _ = client.shutdown(Shutdown::Write);
        }
    }

    /// Whether the server has closed it.
    pub(super) fn is_closed(&self) -> bool {
        *self.state() == State::Closed
    }

    /// Leaves the server for another one; `false` where it has closed the connection.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.state();
        if *state == State::Closed {
            return false;
        }
        *state = State::Left;
        let _ = self.server.shutdown(Shutdown::Both);
        true
    }

    /// Sends nothing more, and receives nothing more either where that is asked for.
    pub(super) fn close(&self, how: Shutdown) {
        let _ = self.server.shutdown(how);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.answered();
    }
}
