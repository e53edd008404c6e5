//! Who may sign in with an account at a provider, and the session that begins.

use super::SignInUp;
use super::sql::{SignInOrUp, SignedIn};
use crate::auth::{EntryRefusal, JoinCodes, NewAddress, SigningIn};
use crate::call::{Call, Entered, Linking, Recognised};
use crate::error::Error;

/// The reason given where a sign-in is refused because another user of the address could lose their account by it.
const SIGN_IN_REFUSED: &str = "Cannot sign in / up due to security reasons. Please try a different login method or \
     contact support. (ERR_CODE_004)";

/// The same for a sign-up.
const SIGN_UP_REFUSED: &str = "Cannot sign in / up due to security reasons. Please try a different login method or \
     contact support. (ERR_CODE_006)";

/// Why a sign-in is refused with an address that another primary user has.
const ADDRESS_TAKEN: &str = "Cannot sign in / up because new email cannot be applied to existing account. Please \
     contact support. (ERR_CODE_005)";

/// The same for one that another user has and this one has not proven.
const ADDRESS_REFUSED: &str = "Cannot sign in / up because new email cannot be applied to existing account. Please \
     contact support. (ERR_CODE_024)";

/// The codes of a sign-in, or sign-up, that is not added to the user of a session.
const CODES: JoinCodes = JoinCodes {
    not_proven: "020",
    of_another: "021",
    taken: "022",
    session_user: "023",
};

/// Signs a user in, or up; `is_proven`: the provider says that the address is the user's.
pub(super) async fn sign_in(
    call: &Call,
    linking: &Linking,
    sign_in: SignInOrUp,
    is_proven: bool,
) -> Result<SignInUp, Error> {
    let refuse = |reason: String| SignInUp::NotAllowed { reason };
    if let Some(reason) = refusal(call, linking, &sign_in).await? {
        return Ok(refuse(reason));
    }
    let proven = sign_in.email.clone().filter(|_| is_proven);
    let (user, recipe_user_id, is_new) = match call.auth().store().run(sign_in).await? {
        SignedIn::Done {
            user,
            recipe_user_id,
            is_new,
        } => (*user, recipe_user_id, is_new),
        SignedIn::AddressTaken => return Ok(refuse(ADDRESS_TAKEN.to_owned())),
    };
    let recognised = Recognised {
        user,
        recipe_user_id,
        is_new,
        proven,
    };
    Ok(match call.enter(linking, recognised, None).await? {
        Entered::In(user) => SignInUp::Ok {
            created_new_recipe_user: is_new,
            user,
        },
        Entered::Refused(refusal) => refuse(CODES.reason(refusal)),
    })
}

/// Why the user may not sign in, or up, with what the provider says.
async fn refusal(
    call: &Call,
    linking: &Linking,
    sign_in: &SignInOrUp,
) -> Result<Option<String>, Error> {
    let auth = call.auth();
    let Some(linker) = auth.linker() else {
        return Ok(None);
    };
    let new = sign_in.account();
    let user = auth.store().run(sign_in.find()).await?;
    let known = match &user {
        Some(user) => Some((user, sign_in.method(user)?)),
        None => None,
    };
    // What was proven of the address before stays proven.
    let mut shows = new.clone();
    shows.verified |= known.is_some_and(|(_, method)| method.email == new.email && method.verified);
    let signing = SigningIn {
        known,
        shows: &shows,
        reads_messages: false,
    };
    if let Some(refusal) = linking.refusal(call, &signing).await? {
        return Ok(Some(match (refusal, known) {
            (EntryRefusal::Account, Some(_)) => SIGN_IN_REFUSED.to_owned(),
            (EntryRefusal::Account, None) => SIGN_UP_REFUSED.to_owned(),
            (EntryRefusal::Join(refusal), _) => CODES.reason(refusal),
        }));
    }
    let Some((user, method)) = known.filter(|(_, method)| method.email != new.email) else {
        return Ok(None);
    };
    let changed = linker.may_change(auth, user, method, &new, linking.beside());
    Ok(match changed.await? {
        NewAddress::Allowed => None,
        NewAddress::Taken => Some(ADDRESS_TAKEN.to_owned()),
        NewAddress::Risk => Some(ADDRESS_REFUSED.to_owned()),
    })
}
