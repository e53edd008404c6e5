//! Who may sign in with an account at a provider, and the session that begins.

use super::SignInUp;
use super::sql::{SignInOrUp, SignedIn};
use crate::auth::NewAddress;
use crate::call::{Call, Recognised};
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

/// Signs a user in, or up; `is_proven`: the provider says that the address is the user's.
pub(super) async fn sign_in(
    call: &mut Call,
    sign_in: SignInOrUp,
    is_proven: bool,
) -> Result<SignInUp, Error> {
    let refuse = |reason: &str| SignInUp::NotAllowed {
        reason: reason.to_owned(),
    };
    if let Some(reason) = refusal(call, &sign_in).await? {
        return Ok(refuse(reason));
    }
    let proven = sign_in.email.clone().filter(|_| is_proven);
    let (user, recipe_user_id, is_new) = match call.auth().store().run(sign_in).await? {
        SignedIn::Done {
            user,
            recipe_user_id,
            is_new,
        } => (*user, recipe_user_id, is_new),
        SignedIn::AddressTaken => return Ok(refuse(ADDRESS_TAKEN)),
    };
    let recognised = Recognised {
        user,
        recipe_user_id,
        is_new,
        proven,
    };
    let user = call.enter(recognised, None).await?;
    Ok(SignInUp::Ok {
        created_new_recipe_user: is_new,
        user,
    })
}

/// Why the user may not sign in, or up, with what the provider says.
async fn refusal(call: &Call, sign_in: &SignInOrUp) -> Result<Option<&'static str>, Error> {
    let auth = call.auth();
    let Some(linker) = auth.linker() else {
        return Ok(None);
    };
    let new = sign_in.account();
    let Some(user) = auth.store().run(sign_in.find()).await? else {
        let may_sign_up = linker.may_sign_up(auth, call.tenant(), &new).await?;
        return Ok((!may_sign_up).then_some(SIGN_UP_REFUSED));
    };
    let method = sign_in.method(&user)?;
    let proves = new.verified;
    let may_sign_in = linker.may_sign_in(auth, call.tenant(), &user, method, proves);
    if !may_sign_in.await? {
        return Ok(Some(SIGN_IN_REFUSED));
    }
    if method.email == new.email {
        return Ok(None);
    }
    let changed = linker.may_change(auth, &user, method, &new).await?;
    Ok(match changed {
        NewAddress::Allowed => None,
        NewAddress::Taken => Some(ADDRESS_TAKEN),
        NewAddress::Risk => Some(ADDRESS_REFUSED),
    })
}
