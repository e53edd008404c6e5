//! Signing up and signing in with an address and a password.
//!
//! Rules: everything is checked before anything is stored; a wrong password and an unknown address get
//! the same answer after the same work (OWASP, Authentication Cheat Sheet, "Incorrect and correct
//! response examples").

pub mod contract;
mod fields;
mod form;
mod settings;
pub(crate) mod sql;

use http::Extensions;

pub use contract::{EMAIL_EXISTS, EmailExists, SIGN_IN, SIGN_UP, SignIn, SignUp};
pub use fields::{FormField, ValidateField};
pub(crate) use form::new_password;
pub use sql::{CreateUser, EMAIL_PASSWORD, NewEmailPasswordUser};

use self::fields::{Declared, InCode};
use self::sql::{IDENTIFIER, PasswordIsUnchanged};
use crate::auth::{AccountInfo, Factors, Recipe};
use crate::call::Call;
use crate::config::Config;
use crate::email::{EmailAddress, InvalidEmail};
use crate::error::Error;
use crate::limits::Kind;
use crate::session::{NewSessionFor, RevokedBy, Session};
use crate::shapes::{FieldError, LoginMethod, User};
use crate::users::validators;

/// The reason given where a sign-up is refused because another user of the address could lose their account by it.
const SIGN_UP_REFUSED: &str = "Cannot sign up due to security reasons. Please try logging in, use a different login \
     method or contact support. (ERR_CODE_007)";

/// The same for a sign-in.
const SIGN_IN_REFUSED: &str = "Cannot sign in due to security reasons. Please try resetting your password, use a \
     different login method or contact support. (ERR_CODE_008)";

/// The recipe.
pub(crate) struct EmailPassword;

impl Recipe for EmailPassword {
    fn email_identifier(&self) -> Option<&'static str> {
        Some(IDENTIFIER)
    }

    fn open(&self, config: &Config, parts: &mut Extensions) -> Result<(), String> {
        parts.insert(settings::policy(config)?);
        let in_code = parts.remove::<InCode>().unwrap_or_default();
        parts.insert(Declared::new(config, in_code)?);
        Ok(())
    }

    fn factors(&self, _: &Config) -> Option<Factors> {
        Some(Factors {
            recipe: SIGN_IN.recipe,
            known: &[EMAIL_PASSWORD],
            offered: vec![EMAIL_PASSWORD],
        })
    }
}

/// Creates a user and signs them in.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented, [`Error::Session`] when linking
/// was asked for without a session, [`Error::Unavailable`] when too many passwords are being hashed.
pub async fn sign_up(call: &mut Call) -> Result<SignUp, Error> {
    let body = call.json()?;
    let values = match form::sign_up(call, &body).await? {
        Ok(values) => values,
        Err(form_fields) => return Ok(SignUp::FieldError { form_fields }),
    };
    let linking = call.linking(&body).await?;
    linking.require_factor(call, EMAIL_PASSWORD)?;
    linking.refuse()?;

    // An address that was made up for a user without one cannot be used to sign in.
    let client = call.count(Kind::SignUp, values.email.as_str()).await?;
    let auth = call.auth();
    let created = if validators::is_fake_email(&values.email) {
        CreateUser::EmailTaken
    } else if !may_sign_up(call, &values.email).await? {
        let store = auth.store();
        let known = store.email_password_user(call.tenant(), &values.email);
        if known.await?.is_none() {
            return Ok(SignUp::NotAllowed {
                reason: SIGN_UP_REFUSED.to_owned(),
            });
        }
        CreateUser::EmailTaken
    } else {
        let user = NewEmailPasswordUser {
            tenant_id: call.tenant().to_owned(),
            email: values.email.clone(),
            password_hash: auth
                .passwords()
                .hash_for(client.network, &values.password)
                .await?,
            time_joined: auth.clock().now(),
        };
        auth.store().create_email_password_user(user).await?
    };
    match created {
        // It is linked to no other user: the address is not proven yet.
        CreateUser::Created(user) => {
            let method = login_method(&user, &values.email)?;
            call.signed_up(&user, &method.recipe_user_id, values.fields);
            start_session(call, &user, &values.email).await?;
            Ok(SignUp::Ok { user })
        }
        CreateUser::EmailTaken => {
            let error = "This email already exists. Please sign in instead.".to_owned();
            let form_fields = vec![FieldError {
                id: "email".to_owned(),
                error,
            }];
            Ok(SignUp::FieldError { form_fields })
        }
    }
}

/// Signs a user in.
///
/// # Errors
/// As [`sign_up`].
pub async fn sign_in(call: &mut Call) -> Result<SignIn, Error> {
    let body = call.json()?;
    let values = match form::sign_in(&body)? {
        Ok(values) => values,
        Err(form_fields) => return Ok(SignIn::FieldError { form_fields }),
    };
    let linking = call.linking(&body).await?;
    linking.refuse()?;

    let auth = call.auth();
    let known = if validators::is_fake_email(&values.email) {
        None
    } else {
        auth.store()
            .email_password_user(call.tenant(), &values.email)
            .await?
    };
    // Without a user, a hash is computed all the same.
    let hash = known.as_ref().map(|(_, hash)| hash.as_str());
    let matches = call
        .verify_password(values.email.as_str(), &values.password, hash)
        .await?;
    match known {
        Some((user, hash)) if matches => {
            // After the password, as in the reference: who does not know it learns nothing about the account.
            linking.require_factor(call, EMAIL_PASSWORD)?;
            let Some(user) = admit(call, user, &values.email).await? else {
                let reason = SIGN_IN_REFUSED.to_owned();
                return Ok(SignIn::NotAllowed { reason });
            };
            let session = start_session(call, &user, &values.email).await?;
            if is_unchanged(call, &session, hash).await? {
                call.signed_in(&user, &session);
                return Ok(SignIn::Ok { user });
            }
        }
        _ => {}
    }
    call.sign_in_failed(SIGN_IN.recipe, values.email.as_str());
    Ok(SignIn::WrongCredentials)
}

/// Answers whether a user signs in with the address of the query and a password.
///
/// # Errors
/// [`Error::BadInput`] without an address.
pub async fn email_exists(call: &mut Call) -> Result<EmailExists, Error> {
    let email = call
        .query("email")
        .ok_or_else(|| Error::bad_input("Please provide the email as a GET param"))?;
    let exists = match EmailAddress::parse(email) {
        Ok(email) => {
            call.count(Kind::EmailExists, email.as_str()).await?;
            let store = call.auth().store();
            let known = store.email_password_user(call.tenant(), &email).await?;
            known.is_some()
        }
        // It cannot be used to sign up.
        Err(InvalidEmail) => false,
    };
    Ok(EmailExists::Ok { exists })
}

/// Whether another user of the address is not put at risk by a sign-up.
async fn may_sign_up(call: &Call, email: &EmailAddress) -> Result<bool, Error> {
    let auth = call.auth();
    let Some(linker) = auth.linker() else {
        return Ok(true);
    };
    let new = AccountInfo {
        recipe_id: EMAIL_PASSWORD.to_owned(),
        email: Some(email.to_string()),
        phone_number: None,
        third_party: None,
        verified: false,
    };
    linker.may_sign_up(auth, call.tenant(), &new).await
}

/// The user to whom the login method of an address belongs once it is linked; `None` where another user of the address
/// could lose their account by the sign-in.
async fn admit(call: &Call, user: User, email: &EmailAddress) -> Result<Option<User>, Error> {
    let auth = call.auth();
    let Some(linker) = auth.linker() else {
        return Ok(Some(user));
    };
    let method = login_method(&user, email)?;
    let may_sign_in = linker.may_sign_in(auth, call.tenant(), &user, method, false);
    if !may_sign_in.await? {
        return Ok(None);
    }
    let recipe_user_id = method.recipe_user_id.clone();
    auth.linked(user, &recipe_user_id).await.map(Some)
}

/// The login method of this recipe that has an address. A user may have several, each with an address of its own.
pub(crate) fn login_method<'a>(
    user: &'a User,
    email: &EmailAddress,
) -> Result<&'a LoginMethod, Error> {
    let mut methods = user.login_methods.iter();
    let found = methods.find(|method| {
        method.recipe_id == EMAIL_PASSWORD && method.email.as_deref() == Some(email.as_str())
    });
    found.ok_or_else(|| Error::internal("an identifier belongs to no login method of its user"))
}

/// Starts a session for the user's login method of this recipe, on a device that is known from now on.
async fn start_session(
    call: &mut Call,
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
async fn is_unchanged(call: &mut Call, session: &Session, hash: String) -> Result<bool, Error> {
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
