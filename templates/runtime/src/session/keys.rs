//! The signing keys of a server, and of the other servers on the same database.
//!
//! Keys are read from the store once and kept, parsed. They are read again when a token names a key
//! that is not known — another server may have made one — but for unknown names not more often than
//! twice a second, since anyone can invent names. Of two servers that replace a key at the same
//! moment the store accepts the key of one, and both use that key.
//!
//! In the store they are encrypted, where that is configured (`crypto::encryption`). A key that cannot
//! be read is a fault of the configuration, and never a token that does not count.
//!
//! An operator may replace a key by hand, on a server or beside it. For that the keys are read again
//! every [`POLL`] as well: a new key signs only after the overlap of the schedule, so every server knows it
//! by then; and a key that was removed because it leaked stops counting everywhere within that time.

mod encrypting;

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::sync::Mutex;
use uuid::Uuid;

use crate::clock::Clock;
use crate::crypto::encryption::Encryption;
use crate::crypto::keys::{self, Algorithm, Jwk, SigningKey};
use crate::crypto::schedule::Schedule;
use crate::error::Error;
use crate::store::{SigningKeyRow, Store};

/// How often the keys are read again, whatever happens. Six times before a new key signs.
pub const POLL: Duration = Duration::from_secs(10);

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

/// What is known about a signing key, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInformation {
    /// Names the key in token headers.
    pub kid: String,
    /// JWA name of its algorithm.
    pub algorithm: &'static str,
    /// Whether it is replaced from time to time.
    pub rotates: bool,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// What it is used for now.
    pub state: KeyState,
}

/// What a signing key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is published, and signs when all verifiers can have it.
    Next,
    /// It signs.
    Signing,
    /// Tokens that it signed still count.
    Verifying,
    /// Its last token has expired; it is about to be deleted.
    Expired,
}

/// All signing keys. Clones share them.
#[derive(Clone)]
pub struct SigningKeys(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    algorithm: Algorithm,
    schedule: Schedule,
    encryption: Encryption,
    /// Newest first.
    known: RwLock<Arc<Vec<Known>>>,
    /// Held while a key is made; a second one waits and finds it made.
    making: Mutex<()>,
    /// When an unknown name was last looked for, and whether the store answered.
    looked: Mutex<Option<(i64, bool)>>,
}

#[derive(Clone)]
struct Known {
    key: Arc<SigningKey>,
    rotates: bool,
    generation: i64,
    created_at: i64,
}

impl Known {
    fn kid(&self) -> &str {
        &self.key.jwk().kid
    }
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
        encryption: Encryption,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            algorithm,
            schedule,
            encryption,
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
        let recent = looked.filter(|(at, _)| (now - at).abs() < COOLDOWN_MS);
        if recent.is_none() {
            let loaded = self.load().await;
            *looked = Some((self.0.clock.now(), loaded.is_ok()));
            loaded?;
        }
        match (self.find(kid), recent) {
            // The key may be good: an error of the store is no verdict about a token.
            (None, Some((_, false))) => Err(Error::Unavailable {
                retry_after_seconds: 1,
            }),
            (found, _) => Ok(found),
        }
    }

    /// Whether tokens that this very key has signed are still valid, at `now` in milliseconds.
    pub(super) fn accepts(&self, key: &Weak<SigningKey>, now: i64) -> bool {
        let is_it = |known: &&Known| std::ptr::eq(Arc::as_ptr(&known.key), key.as_ptr());
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(is_it);
        found.is_some_and(|known| self.counts(known, now))
    }

    /// What is published: the keys of sessions, which rotate if `rotates`, and the key that is never
    /// replaced, which signs the application's own JWTs. Either is made if it is missing.
    pub async fn jwks(&self, rotates: bool) -> Result<Jwks, Error> {
        self.signing(rotates).await?;
        self.signing(false).await?;
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

    /// All keys, newest first.
    ///
    /// # Errors
    /// The store failed, or holds a key that cannot be read.
    pub async fn list(&self) -> Result<Vec<KeyInformation>, Error> {
        self.load().await?;
        let now = self.0.clock.now();
        let signing = [true, false].map(|rotates| {
            let candidates = self.candidates(rotates);
            let place = self.place(rotates, &candidates, now)?;
            candidates.into_iter().nth(place)
        });
        let describe = |known: &Known| {
            let signing = signing[usize::from(!known.rotates)].as_ref();
            let is_signing = signing.is_some_and(|signing| signing.kid() == known.kid());
            let is_next = signing.is_some_and(|signing| {
                known.key.algorithm() == self.0.algorithm && known.created_at > signing.created_at
            });
            KeyInformation {
                kid: known.kid().to_owned(),
                algorithm: known.key.algorithm().name(),
                rotates: known.rotates,
                created_at: known.created_at,
                state: match () {
                    () if is_signing => KeyState::Signing,
                    () if is_next => KeyState::Next,
                    () if self.counts(known, now) => KeyState::Verifying,
                    () => KeyState::Expired,
                },
            }
        };
        Ok(self.known().iter().map(describe).collect())
    }

    /// Makes a new key now, whatever the schedule says; its name. It is published at once and signs
    /// after the overlap, so that a verifier that caches the published keys never gets a token of a key that is
    /// missing in its cache.
    ///
    /// # Errors
    /// The store failed.
    pub async fn rotate(&self, rotates: bool) -> Result<String, Error> {
        let _making = self.0.making.lock().await;
        self.load().await?;
        let kid = self.make(rotates).await?;
        self.load().await?;
        Ok(kid)
    }

    /// Makes a new key and removes all others of its kind, for a key that leaked: the new one signs at
    /// once, and what the others signed counts no more, here at once and on other servers within [`POLL`].
    /// Sessions go on, since clients then trade their refresh token for a new access token. The name of
    /// the new key, and those of the removed ones.
    ///
    /// # Errors
    /// The store failed; nothing is removed before there is a new key.
    pub async fn replace_leaked(&self, rotates: bool) -> Result<(String, Vec<String>), Error> {
        let kid = self.rotate(rotates).await?;
        let known = self.known();
        let others = known.iter().filter(|known| known.rotates == rotates);
        let others = others.map(Known::kid).filter(|other| *other != kid);
        let leaked: Vec<String> = others.map(str::to_owned).collect();
        self.0.store.remove_signing_keys(&leaked).await?;
        self.load().await?;
        tracing::info!(%kid, removed = ?leaked, "leaked signing keys were removed");
        Ok((kid, leaked))
    }

    /// Reads the keys again, if any were read before.
    ///
    /// # Errors
    /// The store failed; the keys stay as they were.
    pub async fn follow(&self) -> Result<(), Error> {
        if self.known().is_empty() {
            return Ok(());
        }
        self.load().await
    }

    /// When the newest key of a kind was made, as far as is known here.
    pub fn newest(&self, rotates: bool) -> Option<i64> {
        let known = self.known();
        let of_kind = known.iter().filter(|known| known.rotates == rotates);
        of_kind.map(|known| known.created_at).max()
    }

    /// Keys made before this time are of no use any more.
    pub fn expired_before(&self) -> i64 {
        self.0.schedule.expired_before(self.0.clock.now())
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
        let candidates = self.candidates(rotates);
        let now = self.0.clock.now();
        let newest = candidates.first().map(|known| known.created_at);
        if rotates && self.0.schedule.is_due(newest, now) {
            return None;
        }
        let place = self.place(rotates, &candidates, now)?;
        candidates.get(place).map(|known| Arc::clone(&known.key))
    }

    /// Keys that may sign, newest first.
    fn candidates(&self, rotates: bool) -> Vec<Known> {
        let is_candidate =
            |known: &&Known| known.rotates == rotates && known.key.algorithm() == self.0.algorithm;
        self.known().iter().filter(is_candidate).cloned().collect()
    }

    /// Which of the candidates signs.
    fn place(&self, rotates: bool, candidates: &[Known], now: i64) -> Option<usize> {
        let created: Vec<_> = candidates.iter().map(|known| known.created_at).collect();
        if rotates {
            self.0.schedule.signing(&created, now)
        } else {
            self.0.schedule.signing_fixed(&created, now)
        }
    }

    /// Makes the next key of its kind, or takes the one that another server has just made; its name.
    async fn make(&self, rotates: bool) -> Result<String, Error> {
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
        let kid = if rotates {
            format!("d-{now}")
        } else {
            format!("s-{}", Uuid::new_v4())
        };
        let private_key = self.0.encryption.encrypt(&kid, &private_key)?;
        let row = SigningKeyRow {
            kid,
            algorithm: algorithm.name().to_owned(),
            rotates,
            generation: newest.unwrap_or(0) + 1,
            private_key,
            created_at: now,
        };
        let stored = self.0.store.add_signing_key(row).await?;
        tracing::info!(kid = %stored.kid, "a signing key was added");
        Ok(stored.kid)
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
                key: Arc::new(SigningKey::parse(
                    &row.kid,
                    algorithm,
                    &self.decrypted(&row)?,
                )?),
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
