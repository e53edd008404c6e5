//! The threads that hash, which give way to all others.
//!
//! A hash keeps a core busy for as long as a scheduler lets one thread run, some milliseconds; an answer
//! takes a fraction of one. At the same rank, a request that lands behind a hash waits for it, and even a
//! thread of a low rank (nice 19) keeps its core for a slice. So hashes are made on threads that run
//! only where a core has nothing else to do, and leave it at once (`SCHED_IDLE`, sched(7)).
//!
//! On a machine that never has nothing to do, such a thread hardly moves. A hash that has not ended after
//! some time is therefore repeated on a thread of nice 10, which gets a tenth of what a thread that
//! answers requests gets: sign-ins take longer there, and do not starve. Until the first attempt has ended
//! as well, its place is taken, and hashes go to the second kind of thread directly; so a busy machine is
//! tried now and then, and the memory of hashes at most doubles.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::Error;

/// How long a thread, and the memory in which it hashes, waits for the next hash.
const KEPT: Duration = Duration::from_millis(500);

/// The threads. Clones share them; with the last one they end, a hash in the making first.
#[derive(Clone)]
pub(super) struct Threads(Arc<Inner>);

struct Inner {
    /// Run when no other thread wants the core.
    idle: Pool,
    /// One permit for each hash that may be on `idle`.
    places: Arc<Semaphore>,
    /// How long a hash may take on `idle` before it is repeated.
    idle_timeout: Duration,
    /// Have a share of any core.
    nice: Pool,
}

impl Threads {
    /// Threads for `permits` hashes at once, which begin when there is work, and end when there is none.
    /// `idle_timeout` is far longer than a hash takes on a core of its own.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(permits: usize, idle_timeout: Duration) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            idle: Pool::start("hash-idle", permits, rank::idle)?,
            places: Arc::new(Semaphore::new(permits)),
            idle_timeout,
            nice: Pool::start("hash-nice", permits, rank::nice)?,
        })))
    }

    /// Runs work on one of the threads; on a busy machine twice.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn() -> Result<T, Error> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        if let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() {
            let work = Arc::clone(&work);
            let attempt = self.0.idle.spawn(move || {
                let _place = place;
                work()
            })?;
            match timeout(self.0.idle_timeout, attempt).await {
                Ok(ended) => return ended.map_err(Error::internal)?,
                Err(_) => tracing::debug!("no core was idle for a hash, which is repeated"),
            }
        }
        let attempt = self.0.nice.spawn(move || work())?;
        attempt.await.map_err(Error::internal)?
    }
}

/// Threads of one rank. `None` only while it is dropped.
struct Pool(Option<Runtime>);

impl Pool {
    fn start(name: &str, threads: usize, rank: fn()) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread()
            .thread_name(name)
            .max_blocking_threads(threads)
            .thread_keep_alive(KEPT)
            .on_thread_start(rank)
            .build()
            .map_err(Error::internal)?;
        Ok(Self(Some(runtime)))
    }

    fn spawn<T, F>(&self, work: F) -> Result<JoinHandle<T>, Error>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let ended = || Error::internal("the threads that hash have ended");
        let runtime = self.0.as_ref().ok_or_else(ended)?;
        Ok(runtime.spawn_blocking(work))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Waiting for a hash would block a thread that answers requests, on which this may be.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The ranks, which a thread gives itself.
#[cfg(target_os = "linux")]
mod rank {
    use thread_priority::NormalThreadSchedulePolicy::{self, Idle, Other};
    use thread_priority::{
        ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };

    pub(super) fn idle() {
        set(ThreadPriority::Min, Idle);
    }

    pub(super) fn nice() {
        // From 0, which is nice 19, to 99, which is nice -20.
        const NICE_10: u8 = 22;
        match ThreadPriorityValue::try_from(NICE_10) {
            Ok(priority) => set(ThreadPriority::Crossplatform(priority), Other),
            Err(error) => kept(&error),
        }
    }

    fn set(priority: ThreadPriority, policy: NormalThreadSchedulePolicy) {
        let policy = ThreadSchedulePolicy::Normal(policy);
        if let Err(error) = set_thread_priority_and_policy(thread_native_id(), priority, policy) {
            kept(&error);
        }
    }

    fn kept(error: &dyn std::fmt::Debug) {
        tracing::debug!(?error, "a thread that hashes keeps the rank of requests");
    }
}

/// Elsewhere than on Linux ranks belong to whole processes.
#[cfg(not(target_os = "linux"))]
mod rank {
    pub(super) fn idle() {}
    pub(super) fn nice() {}
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// The nice value and the scheduling policy of this thread (proc_pid_stat(5)).
    #[cfg(target_os = "linux")]
    fn rank() -> Result<(i32, u32), Error> {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").map_err(Error::internal)?;
        // The name of the thread, the second field, may hold spaces; it ends with the last bracket.
        let fields: Vec<_> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .collect();
        let field = |number: usize| fields.get(number - 3).copied().unwrap_or_default();
        let nice = field(19).parse().map_err(Error::internal)?;
        Ok((nice, field(41).parse().map_err(Error::internal)?))
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashes_give_way_to_requests() {
        const SCHED_OTHER: u32 = 0;
        const SCHED_IDLE: u32 = 5;
        let here = rank().expect("a rank");
        let threads = Threads::start(1, LONG).expect("threads");
        let (_, policy) = threads.run(rank).await.expect("a rank");
        assert_eq!(policy, SCHED_IDLE);
        let _place = threads.0.places.acquire().await.expect("the only place");
        let nice = here.0.max(10);
        assert_eq!(
            threads.run(rank).await.expect("a rank"),
            (nice, SCHED_OTHER)
        );
        assert_eq!(rank().expect("a rank"), here, "only theirs is lowered");
    }

    /// The attempt on the idle thread hangs until the end, as on a machine whose cores are never idle.
    #[tokio::test]
    async fn work_that_starves_is_repeated_and_others_do_not_wait_for_it() {
        let threads = Threads::start(1, Duration::from_millis(1)).expect("threads");
        let (release, starved) = mpsc::channel::<()>();
        let (starved, attempts) = (Mutex::new(starved), Arc::new(AtomicU32::new(0)));
        let work = {
            let attempts = Arc::clone(&attempts);
            move || {
                attempts.fetch_add(1, Ordering::SeqCst);
                // Which of the two begins first is up to the scheduler.
                let is_idle = std::thread::current().name() == Some("hash-idle");
                if is_idle {
                    let _ = starved
                        .lock()
                        .map_err(|_| Error::internal("poisoned"))?
                        .recv();
                }
                Ok(is_idle)
            }
        };
        assert!(!threads.run(work).await.expect("an outcome"));
        assert_eq!(threads.0.places.available_permits(), 0, "still taken");
        assert_eq!(threads.run(|| Ok(7)).await.expect("an outcome"), 7);
        drop(release);
        let place = timeout(LONG, threads.0.places.acquire()).await;
        drop(place.expect("given back in time").expect("a place"));
        assert_eq!(attempts.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn threads_end_when_nothing_is_hashed() {
        struct SendOnDrop(mpsc::Sender<()>);
        impl Drop for SendOnDrop {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        thread_local!(static LAST: RefCell<Option<SendOnDrop>> = const { RefCell::new(None) });

        let threads = Threads::start(1, LONG).expect("threads");
        let (ended, has_ended) = mpsc::channel();
        let work = move || {
            LAST.set(Some(SendOnDrop(ended.clone())));
            Ok(())
        };
        threads.run(work).await.expect("it runs");
        has_ended.recv_timeout(LONG).expect("the thread has ended");
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_the_next_one_runs() {
        let threads = Threads::start(1, LONG).expect("threads");
        let panicked = threads.run::<(), _>(|| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(Error::Internal(_))));
        assert_eq!(threads.run(|| Ok(1)).await.expect("it runs"), 1);
        assert_eq!(threads.0.places.available_permits(), 1);
    }
}
