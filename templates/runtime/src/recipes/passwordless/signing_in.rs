//! Who may sign in with an address or a number, and as which user.

use super::contact::Contact;
use super::sql::{ContactIsKnown, PASSWORDLESS, identifier, login_method};
use super::{ConsumeCode, REFUSED};
use crate::auth::{AccountInfo, EntryRefusal, JoinCodes, JoinRefusal, SigningIn};
use crate::call::{Call, Entered, Linking, Recognised};
use crate::error::Error;
use crate::shapes::{LoginMethod, User};
use crate::store::FindByIdentifier;

/// The codes of a sign-in that is not added to the user of a session. A code proves the address, so that the first one never
/// stands for that.
const CODES: JoinCodes = JoinCodes {
    not_proven: "017",
    of_another: "017",
    taken: "018",
    session_user: "019",
};

/// Whether a user of the tenant signs in with an address or a number and without a password.
pub(super) async fn is_known(call: &Call, contact: Contact) -> Result<bool, Error> {
    let known = ContactIsKnown {
        tenant_id: call.tenant().to_owned(),
        contact,
    };
    call.auth().store().run(known).await
}

/// The login method of an address or number that will have signed in with a code.
struct Owner {
    known: Option<(User, LoginMethod)>,
    shows: AccountInfo,
}

impl Owner {
    async fn of(call: &Call, contact: &Contact) -> Result<Self, Error> {
        let (kind, value) = identifier(contact);
        let find = FindByIdentifier {
            tenant_id: call.tenant().to_owned(),
            kind,
            value: value.to_owned(),
        };
        let known = match call.auth().store().run(find).await? {
            Some(mut user) => {
                let method = login_method(&mut user, contact)?.clone();
                Some((user, method))
            }
            None => None,
        };
        let shows = AccountInfo {
            recipe_id: PASSWORDLESS.to_owned(),
            email: contact.email().map(str::to_owned),
            phone_number: contact.phone_number().map(str::to_owned),
            third_party: None,
            verified: true,
        };
        Ok(Self { known, shows })
    }

    fn signing_in(&self) -> SigningIn<'_> {
        let known = self.known.as_ref();
        SigningIn {
            known: known.map(|(user, method)| (user, method)),
            shows: &self.shows,
            reads_messages: true,
        }
    }
}

/// Whether a message may be sent with which the owner of an address or number signs in, or up.
pub(super) async fn may_begin(
    call: &Call,
    linking: &Linking,
    contact: &Contact,
) -> Result<bool, Error> {
    if call.auth().linker().is_none() {
        return Ok(true);
    }
    let owner = Owner::of(call, contact).await?;
    linking.may_begin(call, &owner.signing_in()).await
}

/// Why a code or a link is not even looked at. What is wrong with the login method itself is said to none but its owner:
/// once the code is right.
pub(super) async fn refusal(
    call: &Call,
    linking: &Linking,
    contact: &Contact,
) -> Result<Option<String>, Error> {
    if call.auth().linker().is_none() {
        return Ok(None);
    }
    let owner = Owner::of(call, contact).await?;
    let refusal = linking.refusal(call, &owner.signing_in()).await?;
    Ok(refusal.and_then(|refusal| match refusal {
        EntryRefusal::Account => Some(REFUSED.to_owned()),
        EntryRefusal::Join(refusal @ JoinRefusal::SessionUser) => Some(CODES.reason(refusal)),
        EntryRefusal::Join(_) => None,
    }))
}

/// Signs in the owner of an address or number, whose code or link was right.
pub(super) async fn enter(
    call: &Call,
    linking: &Linking,
    contact: &Contact,
    (user, recipe_user_id, is_new): (User, String, bool),
) -> Result<ConsumeCode, Error> {
    if let Some(email) = contact.email() {
        linking.has_read(call, email).await?;
    }
    let recognised = Recognised {
        user,
        recipe_user_id,
        is_new,
        proven: contact.email().map(str::to_owned),
    };
    let entered = call.enter(linking, recognised, Some(contact.as_str()));
    Ok(match entered.await? {
        Entered::In(user) => ConsumeCode::Ok {
            created_new_recipe_user: is_new,
            user,
        },
        Entered::Refused(refusal) => ConsumeCode::NotAllowed {
            reason: CODES.reason(refusal),
        },
    })
}
