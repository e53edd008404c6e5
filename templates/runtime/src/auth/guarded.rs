//! Code of the application that runs within a request.
//!
//! Rule: it may fail, panic or hang, and the request is answered all the same: 500, with the cause in the log.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::error::Error;

/// How long code of the application may take within a request.
pub(crate) const HOOK_TIMEOUT: Duration = Duration::from_secs(30);

/// The outcome of `work`, which `what` names in the log.
///
/// # Errors
/// That of the work; [`Error::Internal`] where it panics, or takes longer than [`HOOK_TIMEOUT`].
pub(crate) async fn guarded<T>(
    what: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    guarded_for(HOOK_TIMEOUT, what, work).await
}

async fn guarded_for<T>(
    timeout: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let mut work = pin!(work);
    // What has panicked is not polled again.
    let caught =
        poll_fn(
            |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(outcome)) => Poll::Ready(outcome),
                Err(panic) => {
                    let error = format!("{what} panicked: {}", message(panic.as_ref()));
                    Poll::Ready(Err(Error::internal(error)))
                }
            },
        );
    match tokio::time::timeout(timeout, caught).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let error = format!("{what} took longer than {timeout:?}");
            Err(Error::internal(error))
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_fails_panics_or_hangs_is_an_error() {
        let fine = guarded("a hook", async { Ok(1) }).await;
        assert!(matches!(fine, Ok(1)));
        let failed = guarded("a hook", async { Err::<(), _>(Error::NotFound) }).await;
        assert!(matches!(failed, Err(Error::NotFound)));
        let panicked = guarded::<()>("a hook", async { panic!("at {}", 7) }).await;
        let text = panicked.expect_err("it panicked").to_string();
        assert!(text.ends_with("a hook panicked: at 7"), "{text}");
        let short = Duration::from_millis(20);
        let hung = guarded_for::<()>(short, "a hook", std::future::pending()).await;
        let text = hung.expect_err("it hung").to_string();
        assert!(text.ends_with("took longer than 20ms"), "{text}");
    }
}
