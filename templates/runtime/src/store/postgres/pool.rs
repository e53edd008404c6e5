//! The connections to a database: a bounded number, made when they are needed.

use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use crate::error::Error;

/// How long to wait for a connection, and how long to make one.
const ACQUIRE: Duration = Duration::from_secs(3);

/// Ends what runs too long inside PostgreSQL, unless the role, the database or the URL says how
/// long that is.
const LIMITS: &str = "
    SELECT set_config('statement_timeout', '5s', FALSE)
    WHERE current_setting('statement_timeout') = '0';
    SELECT set_config('lock_timeout', '3s', FALSE)
    WHERE current_setting('lock_timeout') = '0';
    SELECT set_config('idle_in_transaction_session_timeout', '60s', FALSE)
    WHERE current_setting('idle_in_transaction_session_timeout') = '0';";

/// A pool; it connects when it is first used.
pub(super) fn start(address: Address, connections: usize) -> Result<Pool, Error> {
    // Whether a connection is closed is known without asking the server.
    let settings = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let Address { config, tls } = address;
    let manager = match tls {
        None => Manager::from_config(config, NoTls, settings),
        Some(tls) => {
            let tls = MakeRustlsConnect::new((*tls).clone());
            Manager::from_config(config, tls, settings)
        }
    };
    Pool::builder(manager)
        .max_size(connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(ACQUIRE))
        .create_timeout(Some(ACQUIRE))
        .recycle_timeout(Some(ACQUIRE))
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async move {
                let limited = client.batch_execute(LIMITS).await;
                limited.map_err(HookError::Backend)
            })
        }))
        .build()
        .map_err(Error::internal)
}
