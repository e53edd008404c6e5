//! Access tokens whose signature was checked before.
//!
//! A browser sends one access token with all requests of an hour, and checking its signature costs more
//! than all else that is done about a request. So what a token says is kept once its signature was found
//! good. Nothing is believed that would not be without that:
//! - a token is known by the SHA-256 of its whole text: one that differs in a single character is another
//!   token, and is checked. Only tokens whose signature is good get in, so nobody can fill the cache with
//!   inventions, and how fast an answer comes tells no more than that this very token was here before;
//! - each is kept with the very key that signed it, which has to count still ([`SigningKeys::accepts`]);
//!   the cache does not keep a key alive;
//! - expiry, the anti-CSRF rule, the database and the claims are judged on each request as always.
//!
//! Memory is bounded by the length of the tokens, in two generations: when the younger one is full it
//! becomes the older one, and what nobody asked for in the meantime is forgotten.
//!
//! [`SigningKeys::accepts`]: super::keys::SigningKeys::accepts

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Session, TransferMethod};
use crate::crypto::keys::SigningKey;
use crate::crypto::token;

/// How long the tokens of one generation are together, in bytes: some thousand tokens, which take two to
/// three times as much memory when they are read.
const GENERATION_BYTES: usize = 1024 * 1024;

/// A token that was found good.
pub(super) struct Known {
    /// The key that signed it.
    pub(super) key: Weak<SigningKey>,
    session: Session,
}

impl Known {
    /// What it says; how it travels is up to the request.
    pub(super) fn session(&self, transfer: TransferMethod) -> Session {
        Session {
            transfer,
            ..self.session.clone()
        }
    }
}

/// Tokens that were found good.
pub(super) struct Believed(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    tokens: HashMap<[u8; 32], Arc<Known>>,
    bytes: usize,
}

impl Believed {
    /// None.
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    /// The token of this text, if it was found good before.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Known>> {
        let hash = token::sha256(text.as_bytes());
        let (found, _forgotten) = {
            let mut generations = self.lock();
            if let Some(known) = generations.young.tokens.get(&hash) {
                return Some(Arc::clone(known));
            }
            let known = generations.old.tokens.get(&hash).map(Arc::clone)?;
            let forgotten = generations.keep(hash, Arc::clone(&known), text.len());
            (known, forgotten)
        };
        Some(found)
    }

    /// Remembers a token that this key signed.
    pub(super) fn add(&self, text: &str, key: &Arc<SigningKey>, session: Session) {
        let known = Known {
            key: Arc::downgrade(key),
            session,
        };
        let hash = token::sha256(text.as_bytes());
        // What is forgotten is freed when the lock is free again.
        let _forgotten = self.lock().keep(hash, Arc::new(known), text.len());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let generations = self.lock();
        generations.young.bytes + generations.old.bytes
    }
}

impl Generations {
    /// Puts a token into the younger generation; what is forgotten for it.
    #[must_use]
    fn keep(&mut self, hash: [u8; 32], known: Arc<Known>, bytes: usize) -> Option<Generation> {
        let is_full = self.young.bytes + bytes > GENERATION_BYTES;
        let forgotten = is_full.then(|| {
            let full = std::mem::take(&mut self.young);
            std::mem::replace(&mut self.old, full)
        });
        if self.young.tokens.insert(hash, known).is_none() {
            self.young.bytes += bytes;
        }
        forgotten
    }
}
