//! Access tokens whose signature was verified before.
//!
//! A browser sends one access token with all requests of an hour, and verifying its signature costs more
//! than everything else that is done about a request. So what a token says is kept once its signature is
//! verified. This accepts nothing that would be refused without the cache:
//! - a token is found by its whole text: one that differs in a single character is another token, and is
//!   verified. Only tokens with a good signature get in, so invented tokens cannot fill the cache;
//! - it is looked up by the end of its signature, and compared only if all of that is the same. So the time
//!   until an answer says something about a token only to a client that has the token already;
//! - each is kept with the very key that signed it, which must still be valid ([`SigningKeys::accepts`]);
//!   the cache does not keep a key alive;
//! - the verdict on the request is not kept: how the token travels, the number of its cookies, expiry, the
//!   anti-CSRF rule, the database and the claims are checked on each request;
//! - each server has a cache of its own ([`Sessions`](super::Sessions)), so a token of one app is unknown to
//!   another app in the same process.
//!
//! Memory is bounded by the length of the tokens, in two generations: when the younger one is full it
//! becomes the older one, and tokens that no request has carried in the meantime are dropped.
//!
//! [`SigningKeys::accepts`]: super::keys::SigningKeys::accepts

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Session, TokenContent, TransferMethod};
use crate::crypto::keys::SigningKey;

/// How long the tokens of one generation are together, in bytes: some thousand tokens, each of which takes
/// three times as much memory with what it says.
pub(super) const GENERATION_BYTES: usize = 1024 * 1024;

/// The last characters of a token: 24 bytes of its signature.
type End = [u8; 32];

/// A token whose signature was verified.
pub(super) struct VerifiedToken {
    /// The key that signed it.
    pub(super) key: Weak<SigningKey>,
    content: Arc<TokenContent>,
}

impl VerifiedToken {
    fn text(&self) -> &str {
        self.content.access_token.as_str()
    }

    /// Its session, in a request that carries the token in one way or the other.
    pub(super) fn session(&self, transfer: TransferMethod) -> Session {
        Session::new(Arc::clone(&self.content), transfer)
    }
}

/// Tokens whose signature was verified.
pub(super) struct VerifiedTokenCache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    tokens: HashMap<End, Arc<VerifiedToken>>,
    bytes: usize,
}

impl VerifiedTokenCache {
    /// A cache without tokens.
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    /// The token of this text, if its signature was verified before.
    pub(super) fn find(&self, text: &[u8]) -> Option<Arc<VerifiedToken>> {
        let end = text.last_chunk()?;
        // What is dropped is freed after the lock is released.
        let (token, _dropped) = self.lock().find(end)?;
        (token.text().as_bytes() == text).then_some(token)
    }

    /// Adds the access token of a session, which this key signed.
    pub(super) fn add(&self, key: &Arc<SigningKey>, session: &Session) {
        let Some(end) = session.access_token.as_str().as_bytes().last_chunk() else {
            return;
        };
        let token = VerifiedToken {
            key: Arc::downgrade(key),
            content: Arc::clone(&session.content),
        };
        let _dropped = self.lock().keep(*end, Arc::new(token));
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
    /// The token of this end, which is in the younger generation from then on; and what is dropped for it.
    fn find(&mut self, end: &End) -> Option<(Arc<VerifiedToken>, Option<Generation>)> {
        if let Some(token) = self.young.tokens.get(end) {
            return Some((Arc::clone(token), None));
        }
        let token = Arc::clone(self.old.tokens.get(end)?);
        let dropped = self.keep(*end, Arc::clone(&token));
        Some((token, dropped))
    }

    /// Puts a token into the younger generation; what is dropped for it.
    #[must_use]
    fn keep(&mut self, end: End, token: Arc<VerifiedToken>) -> Option<Generation> {
        let bytes = token.text().len();
        let is_full = self.young.bytes + bytes > GENERATION_BYTES;
        let dropped = is_full.then(|| {
            let full = std::mem::take(&mut self.young);
            std::mem::replace(&mut self.old, full)
        });
        self.young.bytes += bytes;
        if let Some(replaced) = self.young.tokens.insert(end, token) {
            self.young.bytes -= replaced.text().len();
        }
        dropped
    }
}
