//! The forms of signing up and of choosing a password.
//!
//! Rules: fields are judged in the order in which they are declared, and all that are refused are named together; without
//! declared fields the order is password, address (clients see it). Values of fields that are not declared are not handed
//! on: nothing has judged them. A password is accepted by the policy, and nowhere else.

use serde_json::{Map, Value};

use super::fields::Declared;
use super::request::{SignInRequest, SignUpRequest};
use crate::call::Call;
use crate::crypto::password::{NewPassword, PasswordPolicy};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::shapes::FieldError;
use crate::users::form_fields::{self, EMAIL, Judged, MISSING, PASSWORD, filled, refused};

/// What a user signs up with.
pub(super) struct NewUser {
    pub(super) email: EmailAddress,
    pub(super) password: NewPassword,
    /// The values of the declared fields.
    pub(super) fields: Map<String, Value>,
}

/// What a user signs in with.
pub(super) struct Credentials {
    pub(super) email: EmailAddress,
    /// As it was typed: any password may be tried.
    pub(super) password: String,
}

/// Judges the form of a sign-up.
///
/// # Errors
/// A validator of the application, or the file of known passwords, failed.
pub(super) async fn sign_up(
    call: &Call,
    request: &SignUpRequest,
) -> Result<Judged<NewUser>, Error> {
    let declared = call.auth().part::<Declared>()?;
    let (mut email, mut password) = (None, None);
    let mut values = Map::new();
    let mut errors = Vec::new();
    for field in declared.all() {
        match field.id() {
            EMAIL => match form_fields::email(&request.email) {
                Ok(address) => {
                    let value = Value::from(address.as_str());
                    errors.extend(field.judge(&value, call.tenant()).await?);
                    email = Some(address);
                }
                Err(error) => errors.push(error),
            },
            PASSWORD => match new_password(call, &request.password).await? {
                Ok(accepted) => password = Some(accepted),
                Err(error) => errors.push(error),
            },
            id => match filled(request.form_fields.get(id)) {
                Some(value) => {
                    errors.extend(field.judge(value, call.tenant()).await?);
                    values.insert(id.to_owned(), value.clone());
                }
                None if field.is_optional() => {}
                None => errors.push(refused(id, MISSING)),
            },
        }
    }
    Ok(match (email, password) {
        (Some(email), Some(password)) if errors.is_empty() => Ok(NewUser {
            email,
            password,
            fields: values,
        }),
        _ => Err(errors),
    })
}

/// Judges the form of a sign-in.
pub(super) fn sign_in(request: &SignInRequest) -> Judged<Credentials> {
    let password = form_fields::password(&request.password);
    match (password, form_fields::email(&request.email)) {
        (Ok(password), Ok(email)) => Ok(Credentials {
            email,
            password: password.to_owned(),
        }),
        (password, email) => Err(password.err().into_iter().chain(email.err()).collect()),
    }
}

/// Judges a new password, as it was typed: by the policy, and by the validator that the application has declared for it.
///
/// # Errors
/// As [`sign_up`].
pub(crate) async fn new_password(
    call: &Call,
    typed: &str,
) -> Result<Result<NewPassword, FieldError>, Error> {
    let auth = call.auth();
    let text = match form_fields::password(typed) {
        Ok(text) => text,
        Err(error) => return Ok(Err(error)),
    };
    let policy = auth.part::<PasswordPolicy>()?;
    let accepted = match policy.accept(text).await? {
        Ok(accepted) => accepted,
        Err(reason) => return Ok(Err(refused(PASSWORD, &reason))),
    };
    let declared = auth.part::<Declared>()?.all().iter();
    for field in declared.filter(|field| field.id() == PASSWORD) {
        if let Some(error) = field.judge(&Value::from(text), call.tenant()).await? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(accepted))
}
