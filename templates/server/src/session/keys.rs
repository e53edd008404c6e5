//! The signing keys of a server, and of the other servers on the same database.
//!
//! Keys are read from the store once and kept, parsed. They are read again when a token names a key
//! that is not known — another server may have made one — but for unknown names not more often than
//! twice a second, since anybody can invent names. Of two servers that replace a key at the same
//! moment the store lets one win, and both go on with that one.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use tokio::sync::Mutex;
use uuid::Uuid;

use crate::clock::Clock;
use crate::crypto::keys::{self, Algorithm, Jwk, SigningKey};
use crate::crypto::schedule::Schedule;
use crate::error::Error;
use crate::store::{SigningKeyRow, Store};

/// How long, in milliseconds, an unknown key name is not looked for again.
const COOLDOWN_MS: i64 = 500;

/// The keys that are published, and for how long they may be cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwks {
    /// Public keys: rotating ones, newest first, then fixed ones.
    pub keys: Vec<Jwk>,
    /// For how many seconds.
    pub max_age_seconds: u64,
}

/// All signing keys. Clones share them.
#[derive(Clone)]
pub struct SigningKeys(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    algorithm: Algorithm,
    schedule: Schedule,
    /// Newest first.
    known: RwLock<Arc<Vec<Known>>>,
    /// Held while a key is made; a second one waits and finds it made.
    making: Mutex<()>,
    /// When an unknown name was last looked for.
    looked: Mutex<Option<i64>>,
}

#[derive(Clone)]
struct Known {
    key: Arc<SigningKey>,
    rotates: bool,
    generation: i64,
    created_at: i64,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// Keys of a store; the first one is made when it is needed.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        algorithm: Algorithm,
        schedule: Schedule,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            algorithm,
            schedule,
            known: RwLock::default(),
            making: Mutex::default(),
            looked: Mutex::default(),
        }))
    }

    /// The key that signs now: a rotating one or the fixed one. Makes one that is due.
    pub async fn signing(&self, rotates: bool) -> Result<Arc<SigningKey>, Error> {
        if let Some(key) = self.pick(rotates) {
            return Ok(key);
        }
        let _making = self.0.making.lock().await;
        self.load().await?;
        if self.pick(rotates).is_none() {
            self.make(rotates).await?;
            self.load().await?;
        }
        self.pick(rotates)
            .ok_or_else(|| Error::internal("there is no signing key"))
    }

    /// The key of a name, if tokens of that key still count.
    pub async fn verifying(&self, kid: &str) -> Result<Option<Arc<SigningKey>>, Error> {
        if let Some(key) = self.find(kid) {
            return Ok(Some(key));
        }
        let mut looked = self.0.looked.lock().await;
        let now = self.0.clock.now();
        if looked.is_none_or(|at| (now - at).abs() >= COOLDOWN_MS) {
            *looked = Some(now);
            self.load().await?;
        }
        Ok(self.find(kid))
    }

    /// Whether tokens that this very key has signed still count.
    pub(super) fn accepts(&self, key: &Weak<SigningKey>) -> bool {
        let now = self.0.clock.now();
        let is_it = |known: &&Known| std::ptr::eq(Arc::as_ptr(&known.key), key.as_ptr());
        let known = self.known();
        let found = known.iter().find(is_it);
        found.is_some_and(|known| self.counts(known, now))
    }

    /// What is published.
    pub async fn jwks(&self, rotates: bool) -> Result<Jwks, Error> {
        self.signing(rotates).await?;
        self.load().await?;
        let now = self.0.clock.now();
        let known = self.known();
        let listed = |rotating: bool| {
            let keys = known.iter().filter(move |known| known.rotates == rotating);
            keys.filter(|known| self.counts(known, now))
        };
        let newest = listed(true).map(|known| known.created_at).max();
        Ok(Jwks {
            keys: listed(true)
                .chain(listed(false))
                .map(|known| known.key.jwk().clone())
                .collect(),
            max_age_seconds: newest.map_or(60, |at| self.0.schedule.max_age_seconds(at, now)),
        })
    }

    /// Keys made before this time are of no use any more.
    pub fn forget_before(&self) -> i64 {
        self.0.schedule.forget_before(self.0.clock.now())
    }

    fn known(&self) -> Arc<Vec<Known>> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }

    fn counts(&self, known: &Known, now: i64) -> bool {
        !known.rotates || self.0.schedule.verifies(known.created_at, now)
    }

    fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let now = self.0.clock.now();
        let known = self.known();
        let key = known.iter().find(|known| known.key.jwk().kid == kid)?;
        self.counts(key, now).then(|| Arc::clone(&key.key))
    }

    /// The key that signs, unless a new one is due.
    fn pick(&self, rotates: bool) -> Option<Arc<SigningKey>> {
        let known = self.known();
        let is_candidate =
            |known: &&Known| known.rotates == rotates && known.key.algorithm() == self.0.algorithm;
        let candidates: Vec<_> = known.iter().filter(is_candidate).collect();
        let place = if rotates {
            let created: Vec<_> = candidates.iter().map(|known| known.created_at).collect();
            let now = self.0.clock.now();
            if self.0.schedule.is_due(created.first().copied(), now) {
                return None;
            }
            self.0.schedule.signing(&created, now)?
        } else {
            0
        };
        candidates.get(place).map(|known| Arc::clone(&known.key))
    }

    /// Makes the next key of its kind, or takes the one that another server has just made.
    async fn make(&self, rotates: bool) -> Result<(), Error> {
        let algorithm = self.0.algorithm;
        let private_key = tokio::task::spawn_blocking(move || keys::generate(algorithm))
            .await
            .map_err(Error::internal)??;
        let now = self.0.clock.now();
        let of_kind =
            |known: &&Known| known.rotates == rotates && known.key.algorithm() == algorithm;
        let newest = self
            .known()
            .iter()
            .filter(of_kind)
            .map(|known| known.generation)
            .max();
        let row = SigningKeyRow {
            kid: if rotates {
                format!("d-{now}")
            } else {
                format!("s-{}", Uuid::new_v4())
            },
            algorithm: algorithm.name().to_owned(),
            rotates,
            generation: newest.unwrap_or(0) + 1,
            private_key,
            created_at: now,
        };
        let stored = self.0.store.add_signing_key(row).await?;
        tracing::info!(kid = %stored.kid, "a signing key was added");
        Ok(())
    }

    /// Reads the keys again; those that are parsed already are kept.
    async fn load(&self) -> Result<(), Error> {
        let rows = self.0.store.signing_keys().await?;
        let before = self.known();
        let parse = |row: SigningKeyRow| {
            let known = before.iter().find(|known| known.key.jwk().kid == row.kid);
            if let Some(known) = known {
                return Ok(known.clone());
            }
            let algorithm: Algorithm = row.algorithm.parse().map_err(|_| {
                Error::internal(format!(
                    "the signing key {} has an unknown algorithm",
                    row.kid
                ))
            })?;
            Ok(Known {
                key: Arc::new(SigningKey::parse(&row.kid, algorithm, &row.private_key)?),
                rotates: row.rotates,
                generation: row.generation,
                created_at: row.created_at,
            })
        };
        let known = rows.into_iter().map(parse).collect::<Result<_, Error>>()?;
        let mut place = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
        *place = Arc::new(known);
        Ok(())
    }
}
