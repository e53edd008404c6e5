//! Password hashes.
//!
//! Argon2id with the parameters of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one
//! lane; <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
//!
//! A hash costs some 20 ms of a core and 19 MiB, so these rules are kept:
//! - hashing never runs on the threads that answer requests, gives way to them (`threads`), and leaves
//!   no memory behind (`memory`);
//! - only so many hashes are made at once, and only so many wait; beyond that the answer is
//!   [`Error::Unavailable`], before memory runs out; clients take turns, so that one of them does not keep
//!   the others waiting (`turns`);
//! - an unknown user costs as much time as a wrong password, so that the time of the answer does
//!   not reveal who has an account (OWASP ASVS 5.0, 6.3.8);
//! - a stored hash — imported ones are not ours — cannot ask for more memory or time than the
//!   bounds below allow.

mod memory;
mod params;
mod policy;
mod threads;
mod turns;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use tracing::Instrument as _;

use crate::crypto::token;
use crate::error::Error;
use crate::metrics::{Held, PasswordMetrics};
use crate::network::Network;
pub use params::PasswordParams;
pub use policy::{NewPassword, PasswordPolicy, PolicySettings};
use threads::Threads;
use turns::Turns;

/// The most memory that a stored hash may ask for, in KiB (128 MiB).
const MAX_MEMORY_KIB: u32 = 128 * 1024;

/// The most passes that a stored hash may ask for.
const MAX_PASSES: u32 = 10;

/// The most lanes that a stored hash may ask for.
const MAX_LANES: u32 = 16;

/// How long a hash of the default cost may wait for an idle core; it takes some 20 ms on one.
const IDLE_TIMEOUT: Duration = Duration::from_millis(150);

/// How long a hash is, in bytes.
const HASH_BYTES: usize = Params::DEFAULT_OUTPUT_LEN;

/// The longest password that is hashed, in bytes; policies set lower limits.
const MAX_PASSWORD_BYTES: usize = 4096;

/// Hashes and verifies passwords, a bounded number at a time. Clones share the bounds.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    params: Params,
    threads: Threads,
    turns: Turns,
    /// A hash that no password has.
    dummy: PasswordHash,
    metrics: PasswordMetrics,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// `permits` hashes are made at once, `queue` more may wait.
    pub fn new(params: PasswordParams, permits: usize, queue: usize) -> Result<Self, Error> {
        let params = Params::new(params.memory_kib, params.passes, params.lanes, None)
            .map_err(|error| Error::internal(error.to_string()))?;
        if !affordable(&params) {
            return Err(Error::internal(
                "the password hash parameters are out of bounds",
            ));
        }
        // Random bytes are as good as the hash of an unknown password, and cost no time here.
        let dummy = phc(&params, &token::random_bytes()?, &token::random_bytes()?)?;
        let permits = permits.max(1);
        let idle_timeout = IDLE_TIMEOUT.mul_f64((cost(&params) / cost(&Params::DEFAULT)).max(1.0));
        Ok(Self(Arc::new(Inner {
            params,
            threads: Threads::start(permits, idle_timeout)?,
            turns: Turns::new(permits, queue),
            dummy,
            metrics: PasswordMetrics::default(),
        })))
    }

    /// The same hasher, counted by these instruments.
    #[must_use]
    pub fn with_metrics(self, metrics: PasswordMetrics) -> Self {
        let inner = Inner {
            metrics,
            ..Arc::unwrap_or_clone(self.0)
        };
        Self(Arc::new(inner))
    }

    /// The hash of a password as a PHC string, with a random salt. No policy judges it: this is for passwords that come
    /// from elsewhere, such as those of an import.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = bounded(password)?;
        self.run(None, move |inner| inner.hash(&password)).await
    }

    /// The same for the password that a user chooses. A client takes its turn among the others.
    pub(crate) async fn hash_for(
        &self,
        client: Option<Network>,
        password: &NewPassword,
    ) -> Result<String, Error> {
        let password = bounded(password.as_str())?;
        self.run(client, move |inner| inner.hash(&password)).await
    }

    /// Whether `stored` is a hash of this password. `None` stands for an unknown user: the answer
    /// is no, after the time that a real comparison takes. A hash that cannot be used is logged, and
    /// matches nothing.
    ///
    /// Only [`Limits::verify_password`](crate::limits::Limits) calls this: a guess must be counted first.
    pub(crate) async fn verify(
        &self,
        client: Option<Network>,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Error> {
        let password = bounded(password)?;
        let stored = stored.map(str::to_owned);
        let compared = self.run(client, move |inner| {
            let compare_dummy = || inner.compare(&password, &inner.dummy).map(|_| false);
            match stored
                .as_deref()
                .map(|stored| inner.verify(&password, stored))
            {
                // One broken row must not reveal that there is an account: it is answered like any
                // wrong password, after the same time.
                Some(Err(error)) => compare_dummy().map(|_| Err(error)),
                Some(Ok(matches)) => Ok(Ok(matches)),
                None => compare_dummy().map(Ok),
            }
        });
        Ok(compared.await?.unwrap_or_else(|error| {
            tracing::error!(?error, "a stored password hash cannot be used");
            false
        }))
    }

    /// Runs costly work on a thread of its own, if there is room; twice, where the machine is busy.
    async fn run<T, F>(&self, client: Option<Network>, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&Inner) -> Result<T, Error> + Send + Sync + 'static,
    {
        let waiting = Held::by(&self.0.metrics.waiting);
        let place = self.0.turns.take(client).await;
        drop(waiting);
        let place = place.ok_or_else(|| {
            self.0.metrics.refused.inc();
            Error::Unavailable {
                retry_after_seconds: 1,
            }
        })?;
        let inner = Arc::clone(&self.0);
        let at_work = Held::by(&inner.metrics.running);
        let span = tracing::debug_span!(target: "auth_runtime::trace", "password_hash");
        let hashing = async move {
            let _held = (place, at_work);
            let started = Instant::now();
            let hasher = Arc::clone(&inner);
            let outcome = inner.threads.run(move || work(&hasher)).await;
            let took = started.elapsed().as_secs_f64();
            inner.metrics.seconds.observe(took);
            outcome
        };
        // A task of its own gives the permits back: a client that disconnects must not make room for
        // another hash while its own is still in the making.
        let hashing = tokio::spawn(hashing.instrument(span));
        hashing.await.map_err(Error::internal)?
    }
}

/// A copy of the password, refused when it is absurdly long.
fn bounded(password: &str) -> Result<String, Error> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(Error::bad_input("The password is too long"));
    }
    Ok(password.to_owned())
}

impl Inner {
    fn hash(&self, password: &str) -> Result<String, Error> {
        let salt: [u8; 16] = token::random_bytes()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let mut output = [0; HASH_BYTES];
        compute(&argon2, password, &salt, &mut output)?;
        Ok(phc(&self.params, &salt, &output)?.to_string())
    }

    /// Compares with a stored hash; an error if it cannot be used.
    fn verify(&self, password: &str, stored: &str) -> Result<bool, Error> {
        let stored = PasswordHash::new(stored)
            .map_err(|_| Error::internal("a stored password hash is broken"))?;
        self.compare(password, &stored)
    }

    /// Compares with a hash, whose own parameters count.
    fn compare(&self, password: &str, stored: &PasswordHash) -> Result<bool, Error> {
        let unknown = || Error::internal("a stored password hash has unknown parameters");
        let params = Params::try_from(stored).map_err(|_| unknown())?;
        if !affordable(&params) {
            return Err(Error::internal("a stored password hash costs too much"));
        }
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| unknown())?;
        let version = stored.version.map(Version::try_from).transpose();
        let version = version.map_err(|_| unknown())?.unwrap_or_default();
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(unknown());
        };
        let argon2 = Argon2::new(algorithm, version, params);
        let mut output = [0; Output::MAX_LENGTH];
        let output = &mut output[..expected.len()];
        compute(&argon2, password, salt, output)?;
        Ok(verify_slices_are_equal(output, expected.as_bytes()).is_ok())
    }
}

/// Makes a hash.
fn compute(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
) -> Result<(), Error> {
    memory::lend(argon2.params().block_count(), |blocks| {
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, blocks)
    })
    .map_err(|error| Error::internal(error.to_string()))
}

/// A hash with what it was made of, in the form in which it is stored (PHC string format).
fn phc(params: &Params, salt: &[u8; 16], hash: &[u8; HASH_BYTES]) -> Result<PasswordHash, Error> {
    let failed = |error: &dyn fmt::Display| Error::internal(error.to_string());
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|error| failed(&error))?,
        salt: Some(Salt::new(salt).map_err(|error| failed(&error))?),
        hash: Some(Output::new(hash).map_err(|error| failed(&error))?),
    })
}

/// What a hash costs: how much memory it goes through, in KiB.
fn cost(params: &Params) -> f64 {
    f64::from(params.m_cost()) * f64::from(params.t_cost())
}

fn affordable(params: &Params) -> bool {
    params.m_cost() <= MAX_MEMORY_KIB
        && params.t_cost() <= MAX_PASSES
        && params.p_cost() <= MAX_LANES
}

#[cfg(test)]
mod tests;
