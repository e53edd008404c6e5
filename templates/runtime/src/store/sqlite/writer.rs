//! The thread that writes.
//!
//! It takes the first job that comes and all others that wait by then, runs each inside a savepoint
//! of one transaction, commits, and only then answers the callers. A job that fails is undone alone;
//! a commit that fails fails all. Where the database cannot answer, no job waits for it twice: those that
//! came in the meantime fail at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::{failure, unavailable};
use super::location::File;
use super::log::{self, Log};
use crate::error::Error;
use crate::store::transaction::TxError;

/// How many jobs one transaction holds at most.
const BATCH: usize = 128;

/// How many jobs may wait. Beyond that a caller waits for room.
const QUEUE: usize = 1024;

/// Hands jobs to the writing thread. The last clone waits for the thread to do what is left, and to move
/// the write-ahead log into the database.
#[derive(Clone)]
pub(super) struct Writer(Arc<Handle>);

struct Handle {
    /// `None` once the handle is being dropped.
    sender: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The thread ends when it has no sender any more.
        drop(self.sender.take());
        let thread = self.thread.take();
        // A job that holds the last clone would wait for itself.
        if let Some(thread) = thread.filter(|it| it.thread().id() != std::thread::current().id()) {
            // It has said by itself why it panicked, if it did.
            let _ = thread.join();
        }
    }
}

/// What the thread does with a job.
trait Job: Send {
    /// Does the work; `false` if it failed and has to be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Sends the outcome of a job to its caller, given the outcome of the transaction.
    fn answer(self: Box<Self>, transaction: Result<(), Error>);
}

struct Task<T, F> {
    work: Option<F>,
    outcome: Option<Result<T, TxError>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&mut Connection) -> Result<T, TxError> + Send,
{
    fn run(&mut self, connection: &mut Connection) -> bool {
        // A job that panics fails alone: without the thread, nothing could be written any more.
        let work = self.work.take();
        self.outcome = catch_unwind(AssertUnwindSafe(|| work.map(|work| work(connection))))
            .unwrap_or_default();
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, transaction: Result<(), Error>) {
        // A job's own failure says more than that of the transaction around it.
        let outcome = match (self.outcome, transaction) {
            (Some(Err(error)), _) => Err(error.into()),
            (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Error::internal("a job of the store panicked")),
        };
        // The caller may have stopped waiting; the work is done nevertheless.
        let _ = self.reply.send(outcome);
    }
}

impl Writer {
    /// Starts the thread on its connection.
    pub(super) fn start(mut connection: Connection, file: Option<File>) -> Result<Self, Error> {
        let (sender, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                serve(&mut connection, file.as_ref(), jobs);
                log::empty_at_last(&connection);
            })
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Handle {
            sender: Some(sender),
            thread: Some(thread),
        })))
    }

    /// How many jobs wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        let free = self.0.sender.as_ref().map_or(0, mpsc::Sender::capacity);
        QUEUE.saturating_sub(free)
    }

    /// Runs a job; answers when its effect is on the disk.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, TxError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work: Some(work),
            outcome: None,
            reply,
        };
        let gone = |_| Error::internal("the writing thread of the store has ended");
        let sender = self.0.sender.as_ref().ok_or_else(|| gone(()))?;
        sender.send(Box::new(task)).await.map_err(|_| gone(()))?;
        answer.await.map_err(|_| gone(()))?
    }
}

fn serve(connection: &mut Connection, file: Option<&File>, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    let mut log = file.map(|file| Log::of(file.path()));
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        let outcome = match file {
            Some(file) if !file.is_there() => Err(unavailable(
                "its file was moved, deleted or replaced; if that is intended, start again",
            )),
            _ => transact(connection, &mut batch),
        };
        if outcome.is_err() && !connection.is_autocommit() {
            // Whatever the error was, the next batch must not find a transaction open.
            let _ = connection.execute_batch("ROLLBACK");
        }
        if matches!(outcome, Err(Error::Unavailable { .. })) {
            let waiting = std::iter::from_fn(|| jobs.try_recv().ok());
            batch.extend(waiting.take(QUEUE));
        }
        for job in batch {
            job.answer(outcome.as_ref().copied().map_err(shared));
        }
        if let Some(log) = log.as_mut().filter(|_| outcome.is_ok()) {
            log.keep_small(connection);
        }
    }
}

/// Runs all jobs in one transaction. An error means that nothing of it remains.
fn transact(connection: &mut Connection, batch: &mut [Box<dyn Job>]) -> Result<(), Error> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(failure)?;
    for job in batch {
        connection.execute_batch("SAVEPOINT job").map_err(failure)?;
        let end = if job.run(connection) {
            "RELEASE job"
        } else if connection.is_autocommit() {
            // A full disk makes SQLite undo the whole transaction on its own.
            return Err(unavailable("SQLite gave the transaction up"));
        } else {
            "ROLLBACK TO job; RELEASE job"
        };
        connection.execute_batch(end).map_err(failure)?;
    }
    connection.execute_batch("COMMIT").map_err(failure)
}

/// The error of a transaction, once for each of its jobs.
fn shared(error: &Error) -> Error {
    match error {
        Error::Unavailable {
            retry_after_seconds,
        } => Error::Unavailable {
            retry_after_seconds: *retry_after_seconds,
        },
        other => Error::internal(other.to_string()),
    }
}
