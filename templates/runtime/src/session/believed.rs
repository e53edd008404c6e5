//! Access tokens whose signature was checked before.
//!
//! A browser sends one access token with all requests of an hour, and checking its signature costs more
//! than all else that is done about a request. So what a token says is kept once its signature was found
//! good. Nothing is believed that would not be without that:
//! - a token is known by its whole text: one that differs in a single character is another token, and is
//!   checked. Only tokens whose signature is good get in, so nobody can fill the cache with inventions;
//! - it is looked up by the end of its signature, and compared only if all of that is the same. So how fast
//!   an answer comes tells something about a token only to who has it already;
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

/// How long the tokens of one generation are together, in bytes: some thousand tokens, each of which takes
/// three times as much memory with what it says.
pub(super) const GENERATION_BYTES: usize = 1024 * 1024;

/// The last characters of a token: 24 bytes of its signature.
type End = [u8; 32];

/// A token that was found good.
pub(super) struct Known {
    /// The key that signed it.
    pub(super) key: Weak<SigningKey>,
    session: Session,
}

impl Known {
    fn text(&self) -> &str {
        self.session.access_token.as_str()
    }

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
    tokens: HashMap<End, Arc<Known>>,
    bytes: usize,
}

impl Believed {
    /// None.
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    /// The token of this text, if it was found good before.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Known>> {
        let end = text.as_bytes().last_chunk()?;
        // What is forgotten is freed when the lock is free again.
        let (known, _forgotten) = self.lock().find(end)?;
        (known.text() == text).then_some(known)
    }

    /// Remembers the session of an access token that this key signed.
    pub(super) fn add(&self, key: &Arc<SigningKey>, session: Session) {
        let Some(end) = session.access_token.as_str().as_bytes().last_chunk() else {
            return;
        };
        let end = *end;
        let known = Known {
            key: Arc::downgrade(key),
            session,
        };
        let _forgotten = self.lock().keep(end, Arc::new(known));
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
    /// The token of this end, which is young again; and what is forgotten for it.
    fn find(&mut self, end: &End) -> Option<(Arc<Known>, Option<Generation>)> {
        if let Some(known) = self.young.tokens.get(end) {
            return Some((Arc::clone(known), None));
        }
        let known = Arc::clone(self.old.tokens.get(end)?);
        let forgotten = self.keep(*end, Arc::clone(&known));
        Some((known, forgotten))
    }

    /// Puts a token into the younger generation; what is forgotten for it.
    #[must_use]
    fn keep(&mut self, end: End, known: Arc<Known>) -> Option<Generation> {
        let bytes = known.text().len();
        let is_full = self.young.bytes + bytes > GENERATION_BYTES;
        let forgotten = is_full.then(|| {
            let full = std::mem::take(&mut self.young);
            std::mem::replace(&mut self.old, full)
        });
        self.young.bytes += bytes;
        if let Some(replaced) = self.young.tokens.insert(end, known) {
            self.young.bytes -= replaced.text().len();
        }
        forgotten
    }
}
