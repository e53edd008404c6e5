//! Texts that name something: ids of users, tenants and sessions.
//!
//! They come from an application as well as from this server, and they stand in indexes. PostgreSQL refuses
//! index entries of more than a third of a page, and the character NUL in any text; SQLite takes both. So
//! they are bounded here, before either database sees them, and both behave the same: what cannot be a name
//! is refused when it is written, and not found when it is looked up.

use super::SessionRow;
use crate::error::Error;

/// The longest name, in bytes: far below a third of a page (2,700 bytes) together with what else its
/// index holds.
pub(super) const LONGEST: usize = 512;

/// Whether a text can be a name.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= LONGEST && !text.contains('\0')
}

/// Refuses a session whose names cannot be stored.
pub(super) fn check_session(row: &SessionRow) -> Result<(), Error> {
    check("the handle of a session", &row.handle)?;
    check("the id of a user", &row.user_id)?;
    check("the id of a login method", &row.recipe_user_id)?;
    check("the id of a tenant", &row.tenant_id)
}

/// Refuses a text that cannot be stored as a name; `what` says what it names.
///
/// # Errors
/// [`Error::BadInput`].
pub(crate) fn check(what: &str, text: &str) -> Result<(), Error> {
    if is_name(text) {
        return Ok(());
    }
    Err(Error::bad_input(format!(
        "{what} must have {LONGEST} bytes at most, and not hold the character NUL"
    )))
}
