//! Who may sign up or in with an address and a password, and as which user.

use serde_json::{Map, Value};

use super::sql::{
    EMAIL_PASSWORD, JoinByPassword, NewEmailPasswordUser, PasswordIsUnchanged, SignUpBeside,
    SignedUpBeside,
};
use super::{SignIn, SignUp, login_method};
use crate::auth::{AccountInfo, EntryRefusal, JoinCodes, SessionUser, SigningIn};
use crate::call::{Call, Entered, Linking};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::session::{NewSessionFor, RevokedBy, Session};
use crate::shapes::{FieldError, User};

/// The reason given where a sign-up is refused because another user of the address could lose their account by it.
const SIGN_UP_REFUSED: &str = "Cannot sign up due to security reasons. Please try logging in, use a different login \
     method or contact support. (ERR_CODE_007)";

/// The same for a sign-in.
const SIGN_IN_REFUSED: &str = "Cannot sign in due to security reasons. Please try resetting your password, use a \
     different login method or contact support. (ERR_CODE_008)";

/// The codes of a sign-in that is not added to the user of a session.
const SIGN_IN_CODES: JoinCodes = JoinCodes {
    not_proven: "009",
    of_another: "010",
    taken: "011",
    session_user: "012",
};

/// The same for a sign-up.
const SIGN_UP_CODES: JoinCodes = JoinCodes {
    not_proven: "013",
    of_another: "014",
    taken: "015",
    session_user: "016",
};

/// Another user signs in with the address.
pub(super) fn email_taken() -> SignUp {
    let error = "This email already exists. Please sign in instead.".to_owned();
    let form_fields = vec![FieldError {
        id: "email".to_owned(),
        error,
    }];
    SignUp::FieldError { form_fields }
}

/// Why a user may not sign up with an address.
pub(super) async fn refusal_of_sign_up(
    call: &Call,
    linking: &Linking,
    email: &EmailAddress,
) -> Result<Option<String>, Error> {
    let new = AccountInfo {
        recipe_id: EMAIL_PASSWORD.to_owned(),
        email: Some(email.to_string()),
        phone_number: None,
        third_party: None,
        verified: false,
    };
    let signing = SigningIn {
        known: None,
        shows: &new,
        reads_messages: false,
    };
    let refusal = linking.refusal(call, &signing).await?;
    Ok(refusal.map(|refusal| match refusal {
        EntryRefusal::Account => SIGN_UP_REFUSED.to_owned(),
        EntryRefusal::Join(refusal) => SIGN_UP_CODES.reason(refusal),
    }))
}

/// Creates a login method of the user of a session. In one step: a password that nothing has proven is never that of a
/// user of its own.
pub(super) async fn sign_up_beside(
    call: &Call,
    beside: &SessionUser,
    new: NewEmailPasswordUser,
    fields: Map<String, Value>,
) -> Result<SignUp, Error> {
    let email = new.email.to_string();
    let sign_up = SignUpBeside {
        now: new.time_joined,
        new,
        session: beside.names(),
    };
    let (recipe_user_id, outcome) = match call.auth().store().run(sign_up).await? {
        SignedUpBeside::EmailTaken => return Ok(email_taken()),
        SignedUpBeside::Refused(outcome) => (String::new(), outcome),
        SignedUpBeside::Joined(user, outcome) => {
            call.signed_up(&user, &user.id, fields);
            (user.id, outcome)
        }
    };
    let joined = call.joined(beside, &recipe_user_id, outcome, Some(&email));
    Ok(match joined.await? {
        Entered::In(user) => SignUp::Ok { user },
        Entered::Refused(refusal) => SignUp::NotAllowed {
            reason: SIGN_UP_CODES.reason(refusal),
        },
    })
}

/// Signs a user in whose password was right; `None` if it was changed meanwhile.
pub(super) async fn sign_in(
    call: &Call,
    linking: &Linking,
    user: User,
    email: &EmailAddress,
    hash: String,
) -> Result<Option<SignIn>, Error> {
    let method = login_method(&user, email)?;
    let recipe_user_id = method.recipe_user_id.clone();
    let signing = SigningIn {
        known: Some((&user, method)),
        shows: &method.into(),
        reads_messages: false,
    };
    if let Some(refusal) = linking.refusal(call, &signing).await? {
        let reason = match refusal {
            EntryRefusal::Account => SIGN_IN_REFUSED.to_owned(),
            EntryRefusal::Join(refusal) => SIGN_IN_CODES.reason(refusal),
        };
        return Ok(Some(SignIn::NotAllowed { reason }));
    }
    let auth = call.auth();
    if let Some(beside) = linking.beside() {
        let join = JoinByPassword {
            join: beside.join(&recipe_user_id, auth.clock().now()),
            password_hash: hash,
        };
        let Some(outcome) = auth.store().run(join).await? else {
            return Ok(None);
        };
        let joined = call.joined(beside, &recipe_user_id, outcome, Some(email.as_str()));
        return Ok(Some(match joined.await? {
            Entered::In(user) => SignIn::Ok { user },
            Entered::Refused(refusal) => SignIn::NotAllowed {
                reason: SIGN_IN_CODES.reason(refusal),
            },
        }));
    }
    let user = auth.linked(user, &recipe_user_id).await?;
    let session = start_session(call, &user, email).await?;
    if !is_unchanged(call, &session, hash).await? {
        return Ok(None);
    }
    call.signed_in(&user, &session);
    Ok(Some(SignIn::Ok { user }))
}

/// Starts a session for the user's login method of this recipe, on a device that is known from now on.
pub(super) async fn start_session(
    call: &Call,
    user: &User,
    email: &EmailAddress,
) -> Result<Session, Error> {
    let new = NewSessionFor {
        recipe_user_id: login_method(user, email)?.recipe_user_id.clone(),
        tenant_id: call.tenant().to_owned(),
        ..NewSessionFor::user(&user.id)
    };
    let session = call.create_session(new).await?;
    call.remember_device(email.as_str(), &session)?;
    Ok(session)
}

/// Whether the password is still the one that was checked. If it was reset meanwhile, the session that has
/// just begun is not among those that the reset ended: it is ended here, and its tokens are not sent.
async fn is_unchanged(call: &Call, session: &Session, hash: String) -> Result<bool, Error> {
    let check = PasswordIsUnchanged {
        recipe_user_id: session.recipe_user_id.clone(),
        password_hash: hash,
    };
    let is_unchanged = call.auth().store().run(check).await?;
    if !is_unchanged {
        drop(call.take_effects());
        let sessions = call.auth().sessions();
        let handles = std::slice::from_ref(&session.handle);
        let by = RevokedBy::CredentialChange;
        sessions.revoke_because(handles, by).await?;
    }
    Ok(is_unchanged)
}
