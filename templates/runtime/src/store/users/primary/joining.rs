//! Adding a login method to the user of a session, in which the owner of both has signed in with it.
//!
//! Rules:
//! - what allowed it is looked at again here, whatever was decided before: the session still exists, its login method
//!   has proven its address, and so has the one that is added, or the user of the session has proven the same address;
//! - the row of the session is locked: a session that ends at this moment ends before it, and nothing is added, or
//!   after it;
//! - the session goes on, since its user keeps the id. Those of the user whom the login method leaves end.

use super::linking::{Attached, attach, has_proven};
use super::{claim_all, lock_both, locked_user, owner, set_primary};
use crate::store::transaction::{Retry, Transaction};
use crate::store::users::set_verified;
use crate::store::{EndedSession, LoginMethod, Tx, TxError, lock_session};

/// A session and whose it is, as its access token says.
#[derive(Debug, Clone)]
pub(crate) struct SessionNames {
    pub(crate) handle: String,
    pub(crate) user_id: String,
    /// The login method with which it began.
    pub(crate) recipe_user_id: String,
    pub(crate) tenant_id: String,
}

/// Adds a login method to the user of a session, who becomes primary by it.
pub(crate) struct Join {
    pub(crate) session: SessionNames,
    /// The login method.
    pub(crate) recipe_user_id: String,
    pub(crate) now: i64,
}

/// Outcome of a [`Join`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JoinOutcome {
    /// It is added, and these sessions ended.
    Done(Vec<EndedSession>),
    /// It was one of the user before.
    Already,
    /// It is not added.
    Refused(JoinRefusal),
    /// The session has ended, or its user or login method is gone.
    SessionOver,
    /// There is no such login method in the tenant of the session.
    NotFound,
}

/// Why a login method is not added to the user of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JoinRefusal {
    /// Neither it nor the user of the session has proven its address.
    NotProven,
    /// It is one of another primary user.
    OfAnother,
    /// Another primary user has its address, number or account.
    Taken,
    /// The user of the session cannot become primary: another primary user has its address, or it has not proven it.
    SessionUser,
}

impl Transaction for Join {
    type Output = JoinOutcome;
    const NAME: &'static str = "join_user_of_session";
    // A second run says that it was one of the user before, without the sessions that ended.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<JoinOutcome, TxError> {
        join(tx, &self.session, &self.recipe_user_id, self.now).await
    }
}

/// What [`Join`] does, as a part of another transaction. The caller undoes what depends on it if it is refused.
pub(crate) async fn join(
    tx: &mut Tx<'_>,
    session: &SessionNames,
    recipe_user_id: &str,
    now: i64,
) -> Result<JoinOutcome, TxError> {
    let user_id = session.user_id.as_str();
    let (own, target) = lock_both(tx, recipe_user_id, user_id).await?;
    let Some(is_primary) = target else {
        return Ok(JoinOutcome::SessionOver);
    };
    if !lock_session(tx, session, now).await? {
        return Ok(JoinOutcome::SessionOver);
    }
    if own != Some(false) || recipe_user_id == user_id {
        return Ok(match owner(tx, recipe_user_id).await? {
            Some(owner) if owner == user_id => JoinOutcome::Already,
            Some(_) => JoinOutcome::Refused(JoinRefusal::OfAnother),
            None => JoinOutcome::NotFound,
        });
    }
    let (own, user) = (
        locked_user(tx, recipe_user_id).await?,
        locked_user(tx, user_id).await?,
    );
    let is_in_tenant = |method: &&LoginMethod| method.tenant_ids.contains(&session.tenant_id);
    let of_session = user.login_method(&session.recipe_user_id);
    let Some(of_session) = of_session.filter(is_in_tenant) else {
        return Ok(JoinOutcome::SessionOver);
    };
    let Some(method) = own.login_method(recipe_user_id).filter(is_in_tenant) else {
        return Ok(JoinOutcome::NotFound);
    };
    if !of_session.verified {
        return Ok(JoinOutcome::Refused(JoinRefusal::SessionUser));
    }
    if !method.verified && !has_proven(&user, method) {
        return Ok(JoinOutcome::Refused(JoinRefusal::NotProven));
    }
    if !is_primary {
        if claim_all(tx, user_id, &user.login_methods).await?.is_some() {
            return Ok(JoinOutcome::Refused(JoinRefusal::SessionUser));
        }
        set_primary(tx, user_id, true).await?;
    }
    let ended = match attach(tx, &own, user_id).await? {
        Attached::Done(ended) => ended,
        Attached::Taken(_) => return Ok(JoinOutcome::Refused(JoinRefusal::Taken)),
    };
    // What the user has proven by another login method is proven for this one.
    if let (false, Some(email)) = (method.verified, &method.email) {
        set_verified(tx, recipe_user_id, email, true).await?;
    }
    Ok(JoinOutcome::Done(ended))
}
