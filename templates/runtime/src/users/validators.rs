//! What recipes ask of an address beyond its grammar, which [`EmailAddress`] knows.

use crate::email::EmailAddress;

/// Whether the address was made up for a user without one; it cannot be used to sign in.
pub(crate) fn is_fake_email(email: &EmailAddress) -> bool {
    let email = email.as_str();
    email.ends_with("@stfakeemail.supertokens.com") || email.ends_with(".fakeemail.com")
}
