//! The address of a login method: that it is verified, and that it changes.

use super::{Tx, TxError, User, primary};

/// Says that the owner of a login method has proven to own an address, or takes that back; `false` if the
/// login method does not have this address (any more).
pub(crate) async fn set_verified(
    tx: &mut Tx<'_>,
    recipe_user_id: &str,
    email: &str,
    is_verified: bool,
) -> Result<bool, TxError> {
    let changed = tx
        .execute(
            "UPDATE login_methods SET verified = $3 WHERE recipe_user_id = $1 AND email = $2",
            &[recipe_user_id.into(), email.into(), is_verified.into()],
        )
        .await?;
    Ok(changed == 1)
}

/// Outcome of [`change_email`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EmailChange {
    /// The login method has the address now.
    Done,
    /// The address belongs to another primary user, and nothing has changed.
    Taken,
    /// The login method is not of this user any more: it was linked, or the user is gone.
    Moved,
}

/// Gives a login method of a user another address, or none.
pub(crate) async fn change_email(
    tx: &mut Tx<'_>,
    user: &User,
    recipe_user_id: &str,
    email: Option<&str>,
    is_verified: bool,
) -> Result<EmailChange, TxError> {
    match primary::lock(tx, &user.id).await? {
        None => return Ok(EmailChange::Moved),
        Some(false) => {}
        Some(true) => {
            if !primary::move_address(tx, &user.id, recipe_user_id, email).await? {
                return Ok(EmailChange::Taken);
            }
        }
    }
    tx.execute(
        "UPDATE login_methods SET email = $2, verified = $3 WHERE recipe_user_id = $1",
        &[recipe_user_id.into(), email.into(), is_verified.into()],
    )
    .await?;
    Ok(EmailChange::Done)
}
