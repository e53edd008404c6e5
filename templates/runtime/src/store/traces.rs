//! What recipes store of users and tenants in tables of their own without a foreign key: the rows may be about a user whom
//! only the application knows. Who deletes a user or a tenant deletes these rows in the same transaction.
//!
//! Rule: as with migrations, the list is the same whichever recipes the program is built with, so that nothing is left of a
//! user in a database that another program has written, too.

use super::{Tx, TxError};

/// The statements of one recipe.
struct Traces {
    /// Delete what is stored of a user; `$1` is the id. They run before the login methods of the user are deleted.
    of_user: &'static [&'static str],
    /// Delete what is stored of a tenant; `$1` is the id.
    of_tenant: &'static [&'static str],
}

/// Those of all recipes with such tables.
const ALL: &[Traces] = &[
    include!("../recipes/user_metadata/traces.rs"),
    include!("../recipes/user_roles/traces.rs"),
];

/// Deletes what recipes store of a user.
pub(super) async fn delete_of_user(tx: &mut Tx<'_>, id: &str) -> Result<(), TxError> {
    for sql in ALL.iter().flat_map(|traces| traces.of_user) {
        tx.execute(*sql, &[id.into()]).await?;
    }
    Ok(())
}

/// Deletes what recipes store of a tenant.
pub(crate) async fn delete_of_tenant(tx: &mut Tx<'_>, id: &str) -> Result<(), TxError> {
    for sql in ALL.iter().flat_map(|traces| traces.of_tenant) {
        tx.execute(*sql, &[id.into()]).await?;
    }
    Ok(())
}
