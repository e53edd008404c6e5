//! The queue between requests and the mailer.
//!
//! Rule: bounded, so that a slow mail server costs memory for [`CAPACITY`] jobs and no more; drained at
//! shutdown; a job that fails is tried again a few times and then given up with a line in the log, which
//! never holds the mail's text.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, Notify, mpsc};

use super::{Mail, Mailer};
use crate::error::Error;

/// How many jobs may wait.
const CAPACITY: usize = 1024;
/// How many jobs are worked on at once.
const WORKERS: usize = 4;
/// How long to wait before each further attempt.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(4),
    Duration::from_secs(30),
];

/// Finds out what to send; `None` when there is nothing to send after all.
type Job = Pin<Box<dyn Future<Output = Result<Option<Mail>, Error>> + Send>>;

/// Takes jobs and works them off in the background. Cheap to clone; starts its workers on the tokio
/// runtime that it is made on.
#[derive(Clone)]
pub struct Queue {
    jobs: mpsc::Sender<Job>,
    pending: Arc<Pending>,
}

/// How many jobs are not done yet.
#[derive(Default)]
struct Pending {
    count: AtomicUsize,
    none_left: Notify,
}

impl Queue {
    /// Starts the workers.
    pub fn start(mailer: &Arc<dyn Mailer>) -> Self {
        let (jobs, waiting) = mpsc::channel(CAPACITY);
        let waiting = Arc::new(Mutex::new(waiting));
        let pending = Arc::new(Pending::default());
        for _ in 0..WORKERS {
            tokio::spawn(work(
                Arc::clone(&waiting),
                Arc::clone(mailer),
                Arc::clone(&pending),
            ));
        }
        Self { jobs, pending }
    }

    /// Puts a job into the queue. The job itself looks up whether there is a mail to send, so that the
    /// caller's time does not depend on it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue is full.
    pub fn post<F>(&self, job: F) -> Result<(), Error>
    where
        F: Future<Output = Result<Option<Mail>, Error>> + Send + 'static,
    {
        self.pending.count.fetch_add(1, Ordering::AcqRel);
        self.jobs.try_send(Box::pin(job)).map_err(|_| {
            self.pending.done();
            tracing::error!("the mail queue is full");
            Error::Unavailable {
                retry_after_seconds: 30,
            }
        })
    }

    /// Waits until every job that was posted so far is done.
    pub async fn drained(&self) {
        loop {
            let none_left = self.pending.none_left.notified();
            if self.pending.count.load(Ordering::Acquire) == 0 {
                return;
            }
            none_left.await;
        }
    }
}

impl Pending {
    fn done(&self) {
        if self.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.none_left.notify_waiters();
        }
    }
}

/// Works off jobs until the last [`Queue`] is gone.
async fn work(
    waiting: Arc<Mutex<mpsc::Receiver<Job>>>,
    mailer: Arc<dyn Mailer>,
    pending: Arc<Pending>,
) {
    loop {
        // The lock is held while waiting and let go before working.
        let job = waiting.lock().await.recv().await;
        let Some(job) = job else { return };
        // On its own task: a job that panics must not take its worker along.
        let outcome = tokio::spawn(run(job, Arc::clone(&mailer))).await;
        if outcome.is_err() {
            tracing::error!("a mail job panicked");
        }
        pending.done();
    }
}

async fn run(job: Job, mailer: Arc<dyn Mailer>) {
    match job.await {
        Ok(Some(mail)) => deliver(&mail, mailer.as_ref()).await,
        Ok(None) => {}
        Err(error) => tracing::error!(?error, "a mail could not be prepared"),
    }
}

async fn deliver(mail: &Mail, mailer: &dyn Mailer) {
    let mut pauses = PAUSES.into_iter();
    while let Err(error) = mailer.send(mail).await {
        match pauses.next() {
            Some(pause) if error.transient => {
                tracing::warn!(subject = mail.subject, %error, "a mail is tried again");
                tokio::time::sleep(pause).await;
            }
            _ => {
                tracing::error!(subject = mail.subject, %error, "a mail was not delivered");
                return;
            }
        }
    }
}
