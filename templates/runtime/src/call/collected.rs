//! What happens to the sessions of a request, until it is put on the answer.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::session::Effects;

/// What happens to the sessions of a request. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Collected(Arc<Mutex<Happened>>);

#[derive(Default)]
pub(super) struct Happened {
    /// What goes on the answer.
    effects: Effects,
    /// The login method of the session that has begun.
    pub(super) signed_in_with: Option<String>,
    /// The handles of the sessions that have begun.
    pub(super) begun: Vec<String>,
}

impl Collected {
    /// A place for the effects of one verb, which are added when it is done.
    pub(crate) fn begin(&self) -> Collecting<'_> {
        Collecting {
            all: self,
            own: Effects::new(),
        }
    }

    /// All effects so far; none are left.
    pub(crate) fn take(&self) -> Effects {
        std::mem::take(&mut self.lock().effects)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Happened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The effects of one verb. A verb may take a while, so those of the request are locked only to add to them.
pub(crate) struct Collecting<'a> {
    all: &'a Collected,
    own: Effects,
}

impl Deref for Collecting<'_> {
    type Target = Effects;

    fn deref(&self) -> &Effects {
        &self.own
    }
}

impl DerefMut for Collecting<'_> {
    fn deref_mut(&mut self) -> &mut Effects {
        &mut self.own
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        if !self.own.is_empty() {
            let own = std::mem::take(&mut self.own);
            self.all.lock().effects.extend(own);
        }
    }
}
