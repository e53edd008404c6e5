//! The forms of signing up and of choosing a password.
//!
//! Rules: fields are judged in the order in which they are declared, and all that are refused are named together; without
//! declared fields the order is password, address (clients see it). Values of fields that are not declared are not handed
//! on: nothing has judged them. A password is accepted by the policy, and nowhere else.

use serde_json::{Map, Value};

use super::fields::Declared;
use crate::auth::Auth;
use crate::call::Call;
use crate::crypto::password::{NewPassword, PasswordPolicy};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::shapes::FieldError;
use crate::users::form_fields::{EMAIL, Fields, Judged, PASSWORD, refused};

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

/// Reads and judges the form of a sign-up.
///
/// # Errors
/// [`Error::BadInput`] when the structure is wrong; the inner error when values are. A validator of the application, or
/// the file of known passwords, failed.
pub(super) async fn sign_up(call: &Call, body: &Value) -> Result<Judged<NewUser>, Error> {
    let declared = call.auth().part::<Declared>()?;
    let fields = Fields::read(body, declared.all().len())?;
    let (mut email, mut password) = (None, None);
    let mut values = Map::new();
    let mut errors = Vec::new();
    for field in declared.all() {
        match field.id() {
            EMAIL => match fields.email() {
                Ok(address) => {
                    let value = Value::from(address.as_str());
                    errors.extend(field.judge(&value, call.tenant()).await?);
                    email = Some(address);
                }
                Err(error) => errors.push(error),
            },
            PASSWORD => match password_of(call.auth(), &fields, call.tenant()).await? {
                Ok(accepted) => password = Some(accepted),
                Err(error) => errors.push(error),
            },
            id => match fields.value(id) {
                Some(value) => {
                    errors.extend(field.judge(value, call.tenant()).await?);
                    values.insert(id.to_owned(), value.clone());
                }
                None if field.is_optional() => {}
                None => errors.push(refused(id, Fields::MISSING)),
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

/// Reads and judges the form of a sign-in.
///
/// # Errors
/// [`Error::BadInput`] when the structure is wrong; the inner error when values are.
pub(super) fn sign_in(body: &Value) -> Result<Judged<Credentials>, Error> {
    let fields = Fields::read(body, 2)?;
    Ok(match (fields.password(), fields.email()) {
        (Ok(password), Ok(email)) => Ok(Credentials {
            email,
            password: password.to_owned(),
        }),
        (password, email) => Err(password.err().into_iter().chain(email.err()).collect()),
    })
}

/// Reads and judges a form that has a new password and nothing else.
///
/// # Errors
/// As [`sign_up`].
pub(crate) async fn new_password(call: &Call, body: &Value) -> Result<Judged<NewPassword>, Error> {
    let fields = Fields::read(body, 1)?;
    let password = password_of(call.auth(), &fields, call.tenant()).await?;
    Ok(password.map_err(|error| vec![error]))
}

/// The new password of a form: accepted by the policy, and by the validator that the application has declared for it.
async fn password_of(
    auth: &Auth,
    fields: &Fields<'_>,
    tenant: &str,
) -> Result<Result<NewPassword, FieldError>, Error> {
    let text = match fields.password() {
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
        if let Some(error) = field.judge(&Value::from(text), tenant).await? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(accepted))
}
