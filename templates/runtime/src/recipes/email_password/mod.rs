//! Signing up and signing in with an address and a password.
//!
//! Rules: everything is checked before anything is stored; a wrong password and an unknown address get
//! the same answer after the same work (OWASP, Authentication Cheat Sheet, "Incorrect and correct
//! response examples").
//! What follows once the secret is right stands in `signing_in`.

pub mod contract;
mod fields;
mod form;
mod request;
mod settings;
mod signing_in;
pub(crate) mod sql;

use http::Extensions;

pub use contract::{EMAIL_EXISTS, EmailExists, SIGN_IN, SIGN_UP, SignIn, SignUp};
pub use fields::{FormField, ValidateField};
pub(crate) use form::new_password;
pub use request::{EmailExistsRequest, SignInRequest, SignUpRequest};
pub use sql::{CreateUser, EMAIL_PASSWORD, NewEmailPasswordUser};

use self::fields::{Declared, InCode};
use self::sql::IDENTIFIER;
use crate::auth::{Factors, Recipe};
use crate::call::{Call, Claimed};
use crate::config::Config;
use crate::email::{EmailAddress, InvalidEmail};
use crate::error::Error;
use crate::events::SignInFailure;
use crate::limits::Kind;
use crate::shapes::{LoginMethod, User};
use crate::users::validators;

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

/// Creates a user and signs them in, or adds the login method to the user of the session.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented, and where a login method cannot be added to the user
/// of a session; [`Error::Session`] when that was asked for without a session, or with one that has to prove its
/// address; [`Error::Unavailable`] when too many passwords are being hashed.
pub async fn sign_up(call: &mut Call) -> Result<SignUp, Error> {
    let request = call.request::<SignUp>()?;
    let values = match form::sign_up(call, &request).await? {
        Ok(values) => values,
        Err(form_fields) => return Ok(SignUp::FieldError { form_fields }),
    };
    let linking = call.linking().await?;
    linking.require_factor(call, EMAIL_PASSWORD)?;

    let client = call.count(Kind::SignUp, values.email.as_str()).await?;
    // An address that was made up for a user without one cannot be used to sign in.
    if validators::is_fake_email(&values.email) {
        return Ok(signing_in::email_taken());
    }
    if let Some(reason) = signing_in::refusal_of_sign_up(call, &linking, &values.email).await? {
        let store = call.auth().store();
        let known = store.email_password_user(call.tenant(), &values.email);
        return Ok(match known.await? {
            Some(_) => signing_in::email_taken(),
            None => SignUp::NotAllowed { reason },
        });
    }
    let auth = call.auth();
    let user = NewEmailPasswordUser {
        tenant_id: call.tenant().to_owned(),
        email: values.email.clone(),
        password_hash: auth
            .passwords()
            .hash_for(client.network, &values.password)
            .await?,
        language: call.language().map(ToString::to_string),
        time_joined: auth.clock().now(),
    };
    if let Some(beside) = linking.beside() {
        return signing_in::sign_up_beside(call, beside, user, values.fields).await;
    }
    match auth.store().create_email_password_user(user).await? {
        // It is linked to no other user: the address is not proven yet.
        CreateUser::Created(user) => {
            let method = login_method(&user, &values.email)?;
            call.signed_up(&user, &method.recipe_user_id, values.fields);
            signing_in::start_session(call, &user, &values.email).await?;
            Ok(SignUp::Ok { user })
        }
        CreateUser::EmailTaken => Ok(signing_in::email_taken()),
    }
}

/// Signs a user in, or adds the login method to the user of the session.
///
/// # Errors
/// As [`sign_up`].
pub async fn sign_in(call: &mut Call) -> Result<SignIn, Error> {
    let values = match form::sign_in(&call.request::<SignIn>()?) {
        Ok(values) => values,
        Err(form_fields) => return Ok(SignIn::FieldError { form_fields }),
    };
    let linking = call.linking().await?;

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
    if let Some((user, hash)) = known.filter(|_| matches) {
        // After the password, as in the reference: who does not know it learns nothing about the account.
        linking.require_factor(call, EMAIL_PASSWORD)?;
        let signed_in = signing_in::sign_in(call, &linking, user, &values.email, hash).await?;
        if let Some(signed_in) = signed_in {
            if let SignIn::NotAllowed { .. } = signed_in {
                failed(call, &values.email, SignInFailure::NotAllowed);
            }
            return Ok(signed_in);
        }
    }
    failed(call, &values.email, SignInFailure::WrongCredentials);
    Ok(SignIn::WrongCredentials)
}

/// Announces that a sign-in failed.
fn failed(call: &Call, email: &EmailAddress, reason: SignInFailure) {
    call.sign_in_failed(SIGN_IN.recipe, reason, Claimed::Account(email.as_str()));
}

/// Answers whether a user signs in with the address of the query and a password.
///
/// # Errors
/// [`Error::BadInput`] without an address.
pub async fn email_exists(call: &mut Call) -> Result<EmailExists, Error> {
    let request = call.request::<EmailExists>()?;
    let exists = match EmailAddress::parse(&request.email) {
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
