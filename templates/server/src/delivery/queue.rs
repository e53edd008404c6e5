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
use tracing::Instrument;

use super::{Mail, Mailer};
use crate::error::Error;
use crate::metrics::{Held, MailMetrics};
use crate::request_id;

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
type Preparation = Pin<Box<dyn Future<Output = Result<Option<Mail>, Error>> + Send>>;

/// A job, and where its lines in the log come from.
struct Job {
    preparation: Preparation,
    span: tracing::Span,
    _pending: Held,
}

/// Takes jobs and works them off in the background. Cheap to clone; starts its workers on the tokio
/// runtime that it is made on.
#[derive(Clone)]
pub struct Queue {
    jobs: mpsc::Sender<Job>,
    pending: Arc<Pending>,
    metrics: MailMetrics,
}

/// How many jobs are not done yet.
#[derive(Default)]
struct Pending {
    count: AtomicUsize,
    none_left: Notify,
}

impl Queue {
    /// Starts the workers.
    pub fn start(mailer: &Arc<dyn Mailer>, metrics: MailMetrics) -> Self {
        let (jobs, waiting) = mpsc::channel(CAPACITY);
        let waiting = Arc::new(Mutex::new(waiting));
        let pending = Arc::new(Pending::default());
        for _ in 0..WORKERS {
            tokio::spawn(work(
                Arc::clone(&waiting),
                Arc::clone(mailer),
                Arc::clone(&pending),
                metrics.clone(),
            ));
        }
        Self {
            jobs,
            pending,
            metrics,
        }
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
        let job = Job {
            preparation: Box::pin(job),
            // Not inside of the request's span: that one ends with the answer.
            span: match request_id::current() {
                Some(id) => tracing::info_span!(parent: None, "mail", request_id = %id),
                None => tracing::info_span!(parent: None, "mail"),
            },
            _pending: Held::by(&self.metrics.pending),
        };
        self.jobs.try_send(job).map_err(|_| {
            self.pending.done();
            self.metrics.refused();
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
    metrics: MailMetrics,
) {
    loop {
        // The lock is held while waiting and let go before working.
        let job = waiting.lock().await.recv().await;
        let Some(job) = job else { return };
        // On its own task: a job that panics must not take its worker along.
        let span = job.span.clone();
        let job = run(job, Arc::clone(&mailer), metrics.clone());
        let outcome = tokio::spawn(job.instrument(span)).await;
        if outcome.is_err() {
            metrics.failed();
            tracing::error!("a mail job panicked");
        }
        pending.done();
    }
}

async fn run(job: Job, mailer: Arc<dyn Mailer>, metrics: MailMetrics) {
    match job.preparation.await {
        Ok(Some(mail)) => deliver(&mail, mailer.as_ref(), &metrics).await,
        Ok(None) => {}
        Err(error) => {
            metrics.failed();
            tracing::error!(%error, "a mail could not be prepared");
        }
    }
}

async fn deliver(mail: &Mail, mailer: &dyn Mailer, metrics: &MailMetrics) {
    let mut pauses = PAUSES.into_iter();
    while let Err(error) = mailer.send(mail).await {
        match pauses.next() {
            Some(pause) if error.transient => {
                metrics.retried();
                tracing::warn!(subject = mail.subject, %error, "a mail is tried again");
                tokio::time::sleep(pause).await;
            }
            _ => {
                metrics.failed();
                tracing::error!(subject = mail.subject, %error, "a mail was not delivered");
                return;
            }
        }
    }
    metrics.sent();
}
