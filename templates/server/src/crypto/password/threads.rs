//! The threads that hash, which give way to all others.
//!
//! A hash keeps a core busy for as long as a scheduler lets one thread run, some milliseconds; an answer
//! takes a fraction of one. Where both are of the same rank, a request that lands behind a hash waits for
//! it. So hashes are made on threads of a runtime of their own, of the lowest rank that still gets a share
//! of a busy machine (nice 19, setpriority(2)): sign-ins take longer there, and do not starve.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::error::Error;

/// The rank of the threads: of what a machine has to give, what the others leave.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// The threads. Clones share them; with the last one they end, a hash in the making first.
#[derive(Clone)]
pub(super) struct Threads(Arc<Own>);

/// `None` only while it is dropped.
struct Own(Option<Runtime>);

impl Threads {
    /// Threads that begin when there is work, and end when there is none for a while.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start() -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("password-hash")
            .on_thread_start(give_way)
            .enable_time()
            .build()
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Own(Some(runtime)))))
    }

    /// Runs work on one of the threads.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Error> + Send + 'static,
    {
        let ended = || Error::internal("the threads that hash have ended");
        let task: JoinHandle<_> = self.0.0.as_ref().ok_or_else(ended)?.spawn_blocking(work);
        task.await.map_err(Error::internal)?
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // Waiting for a hash would block a thread that answers requests, on which this may be.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Lowers the rank of this thread. Elsewhere than on Linux ranks belong to whole processes.
#[cfg(target_os = "linux")]
fn give_way() {
    let thread = rustix::thread::gettid();
    if let Err(error) = rustix::process::setpriority_process(Some(thread), NICE) {
        tracing::debug!(%error, "hashes are made at the rank of requests");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashes_give_way_to_requests() {
        let rank = || rustix::process::getpriority_process(Some(rustix::thread::gettid()));
        let here = rank().expect("a rank");
        let threads = Threads::start().expect("threads");
        let there = threads.run(move || rank().map_err(Error::internal)).await;
        assert_eq!(there.expect("a rank"), NICE);
        assert_eq!(rank().expect("a rank"), here, "only theirs is lowered");
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_the_next_one_runs() {
        let threads = Threads::start().expect("threads");
        let panicked = threads.run::<(), _>(|| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(Error::Internal(_))));
        assert_eq!(threads.run(|| Ok(1)).await.expect("it runs"), 1);
    }
}
