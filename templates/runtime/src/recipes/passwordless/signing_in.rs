//! Who may sign in with an address or a number, and the session of who does.

use serde_json::Map;

use super::contact::Contact;
use super::sql::{ContactIsKnown, PASSWORDLESS};
use crate::auth::{AccountInfo, Auth, Event};
use crate::call::Call;
use crate::error::Error;
use crate::session::NewSessionFor;
use crate::shapes::User;

/// Whether a user of the tenant signs in with an address or a number and without a password.
pub(super) async fn is_known(call: &Call, contact: Contact) -> Result<bool, Error> {
    let known = ContactIsKnown {
        tenant_id: call.tenant().to_owned(),
        contact,
    };
    call.auth().store().run(known).await
}

/// Whether the owner of an address or number may sign in, or up. Who signs in proves it by that; who signs up is new beside
/// other users of it.
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

/// Announces the proven address, links the login method where it may be, and starts a session for it, on a device that is
/// known from now on; the user to whom it belongs.
pub(super) async fn start_session(
    call: &mut Call,
    user: User,
    recipe_user_id: String,
    is_new: bool,
) -> Result<User, Error> {
    if is_new {
        call.signed_up(&user, &recipe_user_id, Map::new());
    }
    let mut methods = user.login_methods.iter();
    let method = methods.find(|method| method.recipe_user_id == recipe_user_id);
    let (email, phone_number) = method.map_or((None, None), |method| {
        (method.email.clone(), method.phone_number.clone())
    });
    let auth: Auth = call.auth().clone();
    if let Some(email) = email.clone() {
        let proven = Event::AddressProven {
            recipe_user_id: recipe_user_id.clone(),
            email,
        };
        auth.announce(proven).await?;
    }
    let user = auth.linked(user, &recipe_user_id).await?;
    let new = NewSessionFor {
        recipe_user_id,
        tenant_id: call.tenant().to_owned(),
        ..NewSessionFor::user(&user.id)
    };
    let session = call.create_session(new).await?;
    if let Some(contact) = email.or(phone_number) {
        call.remember_device(&contact, &session)?;
    }
    if !is_new {
        call.signed_in(&user, &session);
    }
    Ok(user)
}
