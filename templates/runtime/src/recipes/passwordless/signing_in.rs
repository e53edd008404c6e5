//! Who may sign in with an address or a number.

use super::contact::Contact;
use super::sql::{ContactIsKnown, PASSWORDLESS};
use crate::auth::AccountInfo;
use crate::call::Call;
use crate::error::Error;

/// Whether a user of the tenant signs in with an address or a number and without a password.
pub(super) async fn is_known(call: &Call, contact: Contact) -> Result<bool, Error> {
    let known = ContactIsKnown {
        tenant_id: call.tenant().to_owned(),
        contact,
    };
    call.auth().store().run(known).await
}

/// Whether the owner of an address or number may sign in, or up. A sign-in proves it. A sign-up is compared with the other
/// users of it.
pub(super) async fn may_sign_in_or_up(call: &Call, contact: &Contact) -> Result<bool, Error> {
    let auth = call.auth();
    let Some(linker) = auth.linker() else {
        return Ok(true);
    };
    if is_known(call, contact.clone()).await? {
        return Ok(true);
    }
    let new = AccountInfo {
        recipe_id: PASSWORDLESS.to_owned(),
        email: contact.email().map(str::to_owned),
        phone_number: contact.phone_number().map(str::to_owned),
        third_party: None,
        verified: true,
    };
    linker.may_sign_up(auth, call.tenant(), &new).await
}
