//! What operations of second factors share: noting that one is completed, and what a session must have completed before
//! factors are changed.

use serde_json::{Value, json};

use super::Call;
use crate::error::Error;
use crate::session::{Session, factors_missing};

impl Call {
    /// Notes that the session has completed a factor now; the answer carries the new access token.
    ///
    /// # Errors
    /// As [`RequestSession::merge_claims`](super::RequestSession::merge_claims).
    pub(crate) async fn complete_factor(
        &self,
        session: &mut Session,
        factor: &str,
    ) -> Result<(), Error> {
        let mut completed = session.completed_factors();
        let now = self.auth().clock().now() / 1000;
        completed.at.insert(factor.to_owned(), now);
        // Nothing asks for more than the sign-in.
        completed.are_enough = true;
        let update = completed.update()?;
        self.merge_claims(session, &update).await
    }
}

/// The refusal to set up a factor by a session that has not completed the one that its user has: a person who knows the
/// password alone must not add a factor of their own (OWASP ASVS 5.0, 7.5.1).
pub(crate) fn set_up_refused() -> Error {
    factors_missing(Value::from(
        "Completed factors in the session does not satisfy the MFA requirements for auth",
    ))
}

/// The refusal to remove a factor by such a session.
pub(crate) fn removal_refused() -> Error {
    factors_missing(json!({ "message": "MFA requirement for auth is not satisfied" }))
}
