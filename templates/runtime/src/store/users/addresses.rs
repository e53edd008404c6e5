//! The address of a login method: that it is verified, and that it changes.

use super::{Tx, TxError};

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

/// Gives a login method another address, or none.
pub(crate) async fn set_email(
    tx: &mut Tx<'_>,
    recipe_user_id: &str,
    email: Option<&str>,
    is_verified: bool,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE login_methods SET email = $2, verified = $3 WHERE recipe_user_id = $1",
        &[recipe_user_id.into(), email.into(), is_verified.into()],
    )
    .await?;
    Ok(())
}
