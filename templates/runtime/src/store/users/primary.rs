//! Primary users: those to whom further login methods can be linked.
//!
//! Rules:
//! - an address, a phone number and an account at a third party belong to one primary user of a tenant at most. The
//!   primary key of the identifiers keeps it so, for transactions that run at once too: a primary user has one of the kinds
//!   below for each of them, in each tenant of the login method;
//! - who changes to whom a login method belongs locks the users first, in the order of their ids;
//! - a login method takes its identifiers and credentials along. Its sessions end, since they name the user that it
//!   leaves;
//! - all of this holds whatever recipes and applications decide about linking: they decide before, and are not asked again
//!   here.

mod joining;
mod linking;

pub(crate) use joining::{Join, JoinOutcome, JoinRefusal, SessionNames, join};
pub(crate) use linking::{Link, LinkOutcome, MakePrimary, PrimaryOutcome, Unlink, UnlinkOutcome};

use super::{Tx, TxError, add_identifier, by_id};
use crate::error::Error;
use crate::store::{LoginMethod, User};

/// An address of a primary user.
pub(crate) const EMAIL: &str = "primary/email";

/// A phone number.
const PHONE: &str = "primary/phone";

/// An account at a third party: its id, a blank, and the id of the user there.
const ACCOUNT: &str = "primary/account";

/// How often a claim is begun again when the identifier that was in its way is gone meanwhile.
const TRIES: usize = 3;

/// Locks the row of a user until the transaction ends; whether the user is primary, `None` if there is no such user.
pub(crate) async fn lock(tx: &mut Tx<'_>, user_id: &str) -> Result<Option<bool>, TxError> {
    // The update changes nothing: a SELECT would not keep others from changing the row.
    let row = tx
        .query_optional(
            "UPDATE users SET is_primary = is_primary WHERE id = $1 RETURNING is_primary",
            &[user_id.into()],
        )
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Locks the rows of two users, in the order of their ids; for each, what [`lock`] says.
async fn lock_both(
    tx: &mut Tx<'_>,
    one: &str,
    other: &str,
) -> Result<(Option<bool>, Option<bool>), TxError> {
    if one < other {
        let first = lock(tx, one).await?;
        return Ok((first, lock(tx, other).await?));
    }
    let first = lock(tx, other).await?;
    Ok((lock(tx, one).await?, first))
}

async fn set_primary(tx: &mut Tx<'_>, user_id: &str, is_primary: bool) -> Result<(), TxError> {
    tx.execute(
        "UPDATE users SET is_primary = $2 WHERE id = $1",
        &[user_id.into(), is_primary.into()],
    )
    .await
    .map(drop)
}

/// A user who is locked.
async fn locked_user(tx: &mut Tx<'_>, id: &str) -> Result<User, TxError> {
    let user = by_id(tx, id).await?;
    Ok(user.ok_or_else(|| Error::internal("a user is gone within a transaction"))?)
}

/// The user that has a login method.
pub(crate) async fn owner(
    tx: &mut Tx<'_>,
    recipe_user_id: &str,
) -> Result<Option<String>, TxError> {
    let row = tx
        .query_optional(
            "SELECT user_id FROM login_methods WHERE recipe_user_id = $1",
            &[recipe_user_id.into()],
        )
        .await?;
    row.map(|mut row| row.take(0)).transpose()
}

/// Moves the identifiers of a primary user when the address of a login method changes; `false`, and nothing changes, if
/// another primary user has the address.
pub(super) async fn move_address(
    tx: &mut Tx<'_>,
    user_id: &str,
    recipe_user_id: &str,
    email: Option<&str>,
) -> Result<bool, TxError> {
    let user = locked_user(tx, user_id).await?;
    let mut changed = user.clone();
    let methods = changed.login_methods.iter_mut();
    for method in methods.filter(|method| method.recipe_user_id == recipe_user_id) {
        method.email = email.map(str::to_owned);
    }
    release(tx, recipe_user_id).await?;
    let is_moved = claim_all(tx, user_id, &changed.login_methods)
        .await?
        .is_none();
    if !is_moved {
        claim_all(tx, user_id, &user.login_methods).await?;
    }
    Ok(is_moved)
}

/// Claims what login methods show for a primary user. Where another primary user has some of it already, they claim
/// nothing, not even what they had claimed before, and the outcome is that user.
async fn claim_all(
    tx: &mut Tx<'_>,
    user_id: &str,
    methods: &[LoginMethod],
) -> Result<Option<String>, TxError> {
    for method in methods {
        let other = claim(tx, user_id, method).await?;
        if other.is_some() {
            for method in methods {
                release(tx, &method.recipe_user_id).await?;
            }
            return Ok(other);
        }
    }
    Ok(None)
}

/// Claims what a login method shows for a primary user, until another one has some of it: that user then.
async fn claim(
    tx: &mut Tx<'_>,
    user_id: &str,
    method: &LoginMethod,
) -> Result<Option<String>, TxError> {
    for tenant_id in &method.tenant_ids {
        for (kind, value) in identifiers(method) {
            let other = claim_one(tx, user_id, method, (tenant_id, kind, &value)).await?;
            if other.is_some() {
                return Ok(other);
            }
        }
    }
    Ok(None)
}

async fn claim_one(
    tx: &mut Tx<'_>,
    user_id: &str,
    method: &LoginMethod,
    (tenant_id, kind, value): (&str, &'static str, &str),
) -> Result<Option<String>, TxError> {
    for _ in 0..TRIES {
        if add_identifier(tx, tenant_id, (kind, value), &method.recipe_user_id).await? {
            return Ok(None);
        }
        let holder = tx
            .query_optional(
                "SELECT method.user_id FROM login_identifiers AS owner
                 JOIN login_methods AS method ON method.recipe_user_id = owner.recipe_user_id
                 WHERE owner.tenant_id = $1 AND owner.kind = $2 AND owner.value = $3",
                &[tenant_id.into(), kind.into(), value.into()],
            )
            .await?;
        if let Some(mut holder) = holder {
            let holder: String = holder.take(0)?;
            return Ok(Some(holder).filter(|holder| holder != user_id));
        }
    }
    Err(Error::internal("an identifier is neither free nor taken").into())
}

/// Gives up what a login method claimed.
async fn release(tx: &mut Tx<'_>, recipe_user_id: &str) -> Result<(), TxError> {
    tx.execute(
        "DELETE FROM login_identifiers WHERE recipe_user_id = $1 AND kind IN ($2, $3, $4)",
        &[
            recipe_user_id.into(),
            EMAIL.into(),
            PHONE.into(),
            ACCOUNT.into(),
        ],
    )
    .await
    .map(drop)
}

/// What a login method shows, by its kind.
fn identifiers(method: &LoginMethod) -> Vec<(&'static str, String)> {
    let email = method.email.clone().map(|email| (EMAIL, email));
    let number = method.phone_number.clone().map(|number| (PHONE, number));
    let account = method.third_party.as_ref();
    let account = account.map(|account| (ACCOUNT, format!("{} {}", account.id, account.user_id)));
    email.into_iter().chain(number).chain(account).collect()
}
