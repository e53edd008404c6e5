//! Making users primary, linking login methods to them, and taking these apart again.

use super::{claim, claim_all, lock, lock_both, locked_user, owner, release, set_primary};
use crate::error::Error;
use crate::store::transaction::{Retry, Transaction};
use crate::store::{
    EndedSession, LoginMethod, Tx, TxError, User, end_sessions_of, end_sessions_with,
};

/// Makes a user primary.
pub(crate) struct MakePrimary {
    /// The user, or their only login method.
    pub(crate) recipe_user_id: String,
}

/// Outcome of a [`MakePrimary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PrimaryOutcome {
    /// The user is primary now.
    Done,
    /// The user was primary before.
    Already,
    /// There is no such login method.
    NotFound,
    /// The login method is linked to this primary user.
    OfAnother(String),
    /// This primary user has what the login method shows: the address, the phone number or the account.
    Taken(String),
}

impl Transaction for MakePrimary {
    type Output = PrimaryOutcome;
    const NAME: &'static str = "make_user_primary";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<PrimaryOutcome, TxError> {
        let id = &self.recipe_user_id;
        match lock(tx, id).await? {
            Some(false) => {}
            Some(true) => return Ok(PrimaryOutcome::Already),
            None => {
                let owner = owner(tx, id).await?;
                return Ok(owner.map_or(PrimaryOutcome::NotFound, PrimaryOutcome::OfAnother));
            }
        }
        let user = locked_user(tx, id).await?;
        if let Some(other) = claim_all(tx, id, &user.login_methods).await? {
            return Ok(PrimaryOutcome::Taken(other));
        }
        set_primary(tx, id, true).await?;
        Ok(PrimaryOutcome::Done)
    }
}

/// Links the login method of a user who is not primary to a primary user. The user that it leaves is gone.
pub(crate) struct Link {
    pub(crate) recipe_user_id: String,
    pub(crate) primary_user_id: String,
    /// Whether both must have proven the address or number that they have in common.
    pub(crate) is_proven_only: bool,
}

/// Outcome of a [`Link`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LinkOutcome {
    /// It is linked, and these sessions ended.
    Done(Vec<EndedSession>),
    /// It was linked to this user before.
    Already,
    /// There is no such login method.
    NotFound,
    /// The user to whom it was to be linked is not primary, or gone.
    NotPrimary,
    /// The login method is linked to this primary user, or is one.
    OfAnother(String),
    /// This primary user has what the login method shows.
    Taken(String),
    /// The two sign in in different tenants.
    NoCommonTenant,
    /// They do not share an address or number that both have proven in a tenant.
    NotProven,
}

impl Transaction for Link {
    type Output = LinkOutcome;
    const NAME: &'static str = "link_login_method";
    // A second run says that it was linked before, without the sessions that ended.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<LinkOutcome, TxError> {
        let (id, primary_id) = (&self.recipe_user_id, &self.primary_user_id);
        let (is_primary, target) = lock_both(tx, id, primary_id).await?;
        if target != Some(true) {
            return Ok(LinkOutcome::NotPrimary);
        }
        if is_primary != Some(false) {
            let owner = owner(tx, id).await?;
            return Ok(match owner {
                Some(owner) if owner == *primary_id => LinkOutcome::Already,
                Some(owner) => LinkOutcome::OfAnother(owner),
                None => LinkOutcome::NotFound,
            });
        }
        let (own, primary) = (
            locked_user(tx, id).await?,
            locked_user(tx, primary_id).await?,
        );
        let is_shared = |tenant: &String| primary.tenant_ids.contains(tenant);
        if !own.tenant_ids.iter().any(is_shared) {
            return Ok(LinkOutcome::NoCommonTenant);
        }
        if self.is_proven_only && !own.login_methods.iter().all(|it| is_proven(it, &primary)) {
            return Ok(LinkOutcome::NotProven);
        }
        Ok(match attach(tx, &own, primary_id).await? {
            Attached::Done(ended) => LinkOutcome::Done(ended),
            Attached::Taken(other) => LinkOutcome::Taken(other),
        })
    }
}

/// Outcome of [`attach`].
pub(super) enum Attached {
    /// The login methods are those of the primary user, and these sessions ended.
    Done(Vec<EndedSession>),
    /// This primary user has what they show, and nothing has changed.
    Taken(String),
}

/// Gives the login methods of a user to a primary user. Both are locked. The one that they leave is gone.
pub(super) async fn attach(
    tx: &mut Tx<'_>,
    own: &User,
    primary_id: &str,
) -> Result<Attached, TxError> {
    if let Some(other) = claim_all(tx, primary_id, &own.login_methods).await? {
        return Ok(Attached::Taken(other));
    }
    let id = &own.id;
    tx.execute(
        "UPDATE login_methods SET user_id = $2 WHERE user_id = $1",
        &[id.into(), primary_id.into()],
    )
    .await?;
    tx.execute(
        "UPDATE users SET time_joined = $2 WHERE id = $1 AND time_joined > $2",
        &[primary_id.into(), own.time_joined.into()],
    )
    .await?;
    tx.execute(
        "UPDATE users SET language = (SELECT language FROM users WHERE id = $2)
         WHERE id = $1 AND language IS NULL",
        &[primary_id.into(), id.into()],
    )
    .await?;
    let ended = end_sessions_of(tx, id).await?;
    tx.execute("DELETE FROM users WHERE id = $1", &[id.into()])
        .await?;
    Ok(Attached::Done(ended))
}

/// Whether a login method and a user have proven the same address or number in the same tenant.
fn is_proven(method: &LoginMethod, user: &User) -> bool {
    method.verified && has_proven(user, method)
}

/// Whether a user has proven what a login method shows, by one of their own in the same tenant.
pub(super) fn has_proven(user: &User, method: &LoginMethod) -> bool {
    let (email, number) = (method.email.as_deref(), method.phone_number.as_deref());
    user.login_methods.iter().any(|own| {
        let is_shared = |tenant: &String| own.tenant_ids.contains(tenant);
        own.proves(email, number) && method.tenant_ids.iter().any(is_shared)
    })
}

/// Takes a login method away from its primary user.
pub(crate) struct Unlink {
    pub(crate) recipe_user_id: String,
}

/// Outcome of an [`Unlink`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UnlinkOutcome {
    /// The login method is a user of its own now, who is not primary; these sessions ended.
    Done(Vec<EndedSession>),
    /// The login method gave the primary user its id and has been deleted, since two users cannot have one id. These
    /// sessions ended.
    Deleted(Vec<EndedSession>),
    /// It was linked to no primary user, nor one itself.
    NotLinked,
    /// There is no such login method.
    NotFound,
}

impl Transaction for Unlink {
    type Output = UnlinkOutcome;
    const NAME: &'static str = "unlink_login_method";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<UnlinkOutcome, TxError> {
        let id = &self.recipe_user_id;
        let Some(primary_id) = owner(tx, id).await? else {
            return Ok(UnlinkOutcome::NotFound);
        };
        let is_primary = lock(tx, &primary_id).await?;
        // Another transaction may have moved it, or deleted the user, before the lock.
        if is_primary != Some(true) || owner(tx, id).await?.as_ref() != Some(&primary_id) {
            return Ok(UnlinkOutcome::NotLinked);
        }
        let primary = locked_user(tx, &primary_id).await?;
        let of_method = |method: &&LoginMethod| method.recipe_user_id == *id;
        let method = primary.login_method(id);
        let method = method.ok_or_else(|| Error::internal("a login method is gone"))?;
        let rest = primary.login_methods.iter();
        let rest: Vec<_> = rest.filter(|method| !of_method(method)).collect();
        release(tx, id).await?;
        if rest.is_empty() {
            set_primary(tx, &primary_id, false).await?;
            return Ok(UnlinkOutcome::Done(Vec::new()));
        }
        let ended = end_sessions_with(tx, &primary_id, id).await?;
        let is_deleted = *id == primary_id;
        if is_deleted {
            for sql in [
                "DELETE FROM one_time_secrets WHERE subject = $1",
                "DELETE FROM mail_outbox WHERE subject = $1",
                "DELETE FROM login_methods WHERE recipe_user_id = $1",
            ] {
                tx.execute(sql, &[id.into()]).await?;
            }
        } else {
            tx.execute(
                "INSERT INTO users (id, time_joined, language)
                 VALUES ($1, $2, (SELECT language FROM users WHERE id = $3))",
                &[id.into(), method.time_joined.into(), (&primary_id).into()],
            )
            .await?;
            tx.execute(
                "UPDATE login_methods SET user_id = $1 WHERE recipe_user_id = $1",
                &[id.into()],
            )
            .await?;
        }
        // The user keeps what other login methods show, too, and is as old as the oldest of them.
        for method in &rest {
            claim(tx, &primary_id, method).await?;
        }
        let oldest = rest.iter().map(|method| method.time_joined).min();
        tx.execute(
            "UPDATE users SET time_joined = $2 WHERE id = $1",
            &[
                (&primary_id).into(),
                oldest.unwrap_or(primary.time_joined).into(),
            ],
        )
        .await?;
        Ok(if is_deleted {
            UnlinkOutcome::Deleted(ended)
        } else {
            UnlinkOutcome::Done(ended)
        })
    }
}
