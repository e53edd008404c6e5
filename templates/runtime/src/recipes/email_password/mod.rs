//! Signing up and signing in with an address and a password.
//!
//! Rules: everything is checked before anything is stored; a wrong password and an unknown address get
//! the same answer after the same work (OWASP, Authentication Cheat Sheet, "Incorrect and correct
//! response examples").

pub mod contract;
pub(crate) mod sql;

pub use contract::{EMAIL_EXISTS, EmailExists, SIGN_IN, SIGN_UP, SignIn, SignUp};
pub use sql::{CreateUser, EMAIL_PASSWORD, NewEmailPasswordUser};

use self::sql::{IDENTIFIER, PasswordIsUnchanged};
use crate::auth::{Factors, Recipe};
use crate::call::Call;
use crate::config::Config;
use crate::email::{EmailAddress, InvalidEmail};
use crate::error::Error;
use crate::limits::Kind;
use crate::session::{NewSessionFor, RevokedBy, Session};
use crate::shapes::{FieldError, User};
use crate::users::form_fields::{self, Form};
use crate::users::validators;

/// The recipe.
pub(crate) struct EmailPassword;

impl Recipe for EmailPassword {
    fn email_identifier(&self) -> Option<&'static str> {
        Some(IDENTIFIER)
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
    let values = match form_fields::credentials(&body, Form::SignUp)? {
        Ok(values) => values,
        Err(form_fields) => return Ok(SignUp::FieldError { form_fields }),
    };
    let linking = call.linking(&body).await?;
    linking.require_factor(call, EMAIL_PASSWORD)?;
    linking.refuse()?;

    // An address that was made up for a user without one cannot be used to sign in.
    let client = call.count(Kind::SignUp, values.email.as_str()).await?;
    let created = if validators::is_fake_email(&values.email) {
        CreateUser::EmailTaken
    } else {
        let auth = call.auth();
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
        CreateUser::Created(user) => {
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
    let values = match form_fields::credentials(&body, Form::SignIn)? {
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
            let session = start_session(call, &user, &values.email).await?;
            if is_unchanged(call, &session, hash).await? {
                Ok(SignIn::Ok { user })
            } else {
                Ok(SignIn::WrongCredentials)
            }
        }
        _ => Ok(SignIn::WrongCredentials),
    }
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

/// Starts a session for the user's login method of this recipe, on a device that is known from now on.
async fn start_session(
    call: &mut Call,
    user: &User,
    email: &EmailAddress,
) -> Result<Session, Error> {
    let method = user
        .login_methods
        .iter()
        .find(|method| method.recipe_id == EMAIL_PASSWORD);
    let recipe_user_id = method.map_or(&user.id, |method| &method.recipe_user_id);
    let new = NewSessionFor {
        recipe_user_id: recipe_user_id.clone(),
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
