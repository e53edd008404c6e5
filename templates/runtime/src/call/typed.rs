//! What a built-in operation reads of a request, as a type.
//!
//! Rule: a behaviour reads its request through [`Call::request`] and nowhere else. So code of the application around it sees
//! what the behaviour will see, and what that code puts in its place is judged as if a client had sent it.

use std::sync::Arc;

use super::Call;
use crate::contract::BuiltIn;
use crate::error::Error;

/// An operation that reads something of a request beside its tenant and its session. It is the type of the operation's
/// outcome that has this trait: `recipes::email_password::SignUp`.
pub trait HasRequest: BuiltIn {
    /// What it reads: values as the client sends them, in the documented structure.
    type Request: Clone + Send + Sync + 'static;

    /// Reads it from a request that a client has sent.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a structure other than the documented one. Values are judged by the behaviour.
    fn read(call: &Call) -> Result<Self::Request, Error>;
}

impl Call {
    /// What an operation reads of this request: what a wrap has put in its place, else what the client has sent.
    ///
    /// # Errors
    /// As [`HasRequest::read`].
    pub(crate) fn request<O: HasRequest>(&self) -> Result<O::Request, Error> {
        let replaced = self.replaced.as_ref();
        match replaced.and_then(|request| request.downcast_ref::<O::Request>()) {
            Some(request) => Ok(request.clone()),
            None => O::read(self),
        }
    }

    /// Puts a request in the place of what the client has sent, for what reads it from now on.
    pub(crate) fn replace_request<O: HasRequest>(&mut self, request: O::Request) {
        self.replaced = Some(Arc::new(request));
    }

    /// Ends the sessions that this request has begun: the answer does not carry their tokens, and no other change of
    /// cookies or headers that it has collected.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn end_begun_sessions(&self) -> Result<(), Error> {
        let begun = self.session.take_begun();
        if !begun.is_empty() {
            drop(self.take_effects());
            self.auth().sessions().revoke_many(&begun).await?;
        }
        Ok(())
    }
}
