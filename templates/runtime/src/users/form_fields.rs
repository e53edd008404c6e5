//! The `formFields` of a request: their structure, then their values.
//!
//! Rule: a request that does not have the documented structure is answered 400 with a fixed text, by the first
//! check that fails; values that a person may have mistyped are validated all together, in the order in which the
//! form declares its fields. Clients can observe both orders.

use serde_json::Value;

use super::validators;
use crate::email::{EmailAddress, trim};
use crate::error::Error;
use crate::shapes::FieldError;

const EMAIL: &str = "email";
const PASSWORD: &str = "password";

/// The fields that a form has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A new password and an address.
    SignUp,
    /// The same, but any password may be tried.
    SignIn,
}

/// The values of a [`Form`].
pub(crate) struct Credentials {
    /// The address.
    pub(crate) email: EmailAddress,
    /// As it was typed.
    pub(crate) password: String,
}

/// Outcome of reading a form: its values, or all fields that were refused.
type Judged<T> = Result<T, Vec<FieldError>>;

const MISSING: &str = "Field is not optional";

/// Reads and judges the `formFields` of a body: password first, as clients see it.
///
/// # Errors
/// [`Error::BadInput`] when the structure is wrong; the inner error when values are.
pub(crate) fn credentials(body: &Value, form: Form) -> Result<Judged<Credentials>, Error> {
    let fields = Fields::read(body, 2)?;
    let judge = match form {
        Form::SignUp => validators::password,
        Form::SignIn => |_: &str| None,
    };
    Ok(match (fields.password(judge), fields.email()) {
        (Ok(password), Ok(email)) => Ok(Credentials { email, password }),
        (password, email) => Err(password.err().into_iter().chain(email.err()).collect()),
    })
}

/// Reads a form that has an address and nothing else.
///
/// # Errors
/// As [`credentials`].
pub(crate) fn email(body: &Value) -> Result<Judged<EmailAddress>, Error> {
    let fields = Fields::read(body, 1)?;
    Ok(fields.email().map_err(|error| vec![error]))
}

/// Reads a form that has a new password and nothing else.
///
/// # Errors
/// As [`credentials`].
pub(crate) fn new_password(body: &Value) -> Result<Judged<String>, Error> {
    let fields = Fields::read(body, 1)?;
    let password = fields.password(validators::password);
    Ok(password.map_err(|error| vec![error]))
}

/// The elements of `formFields`, whose structure is sound.
struct Fields<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Fields<'a> {
    fn read(body: &'a Value, most: usize) -> Result<Self, Error> {
        structure(body, most).map(Self)
    }

    /// The value of a field; of two of one name, the first.
    fn text(&self, id: &str) -> &'a str {
        let element = self.0.iter().find(|(name, _)| *name == id);
        // The structure is sound: an address or a password is a text.
        element
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    fn email(&self) -> Result<EmailAddress, FieldError> {
        let text = self.text(EMAIL);
        if trim(text).is_empty() {
            return Err(refused(EMAIL, MISSING));
        }
        EmailAddress::parse(text).map_err(|error| refused(EMAIL, &error.to_string()))
    }

    fn password(&self, judge: fn(&str) -> Option<&'static str>) -> Result<String, FieldError> {
        let text = self.text(PASSWORD);
        let error = if text.is_empty() {
            Some(MISSING)
        } else {
            judge(text)
        };
        match error {
            Some(error) => Err(refused(PASSWORD, error)),
            None => Ok(text.to_owned()),
        }
    }
}

fn refused(id: &str, error: &str) -> FieldError {
    FieldError {
        id: id.to_owned(),
        error: error.to_string(),
    }
}

/// The elements as pairs.
fn structure(body: &Value, most: usize) -> Result<Vec<(&str, &Value)>, Error> {
    let fields = body
        .get("formFields")
        .ok_or_else(|| Error::bad_input("Missing input param: formFields"))?
        .as_array()
        .ok_or_else(|| Error::bad_input("formFields must be an array"))?;
    let elements = fields.iter().map(element).collect::<Result<Vec<_>, _>>()?;
    if elements.len() > most {
        return Err(Error::bad_input("Are you sending too many formFields?"));
    }
    Ok(elements)
}

fn element(element: &Value) -> Result<(&str, &Value), Error> {
    // An array is an object to JavaScript: it fails the next check, not this one.
    if !element.is_object() && !element.is_array() {
        return Err(Error::bad_input(
            "All elements of formFields must be an object",
        ));
    }
    let id = element.get("id").and_then(Value::as_str);
    let (Some(id), Some(value)) = (id, element.get("value")) else {
        let text = "All elements of formFields must contain an 'id' and 'value' field";
        return Err(Error::bad_input(text));
    };
    if (id == EMAIL || id == PASSWORD) && !value.is_string() {
        return Err(Error::bad_input(format!("{id} value must be a string")));
    }
    Ok((id, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(body: &Value) -> String {
        match credentials(body, Form::SignUp) {
            Err(Error::BadInput(text)) => text,
            _ => panic!("{body} is accepted"),
        }
    }

    #[test]
    fn the_structure_is_checked_element_by_element() {
        assert_eq!(refused(&Value::Null), "Missing input param: formFields");
        assert_eq!(
            refused(&json!({"formFields": null})),
            "formFields must be an array"
        );
        let fields = |fields: Value| json!({"formFields": fields});
        assert_eq!(
            refused(&fields(json!([1]))),
            "All elements of formFields must be an object"
        );
        let missing = "All elements of formFields must contain an 'id' and 'value' field";
        assert_eq!(refused(&fields(json!([{"id": "email"}, 1]))), missing);
        let null = json!([{"id": "email", "value": null}]);
        assert_eq!(refused(&fields(null)), "email value must be a string");
    }

    #[test]
    fn blanks_are_no_address_and_the_first_of_two_counts() {
        let body = json!({"formFields": [{"id": "email", "value": " "}, {"id": "email", "value": "a@b.co"}]});
        let judged = credentials(&body, Form::SignUp).expect("well built");
        let errors = judged.err().expect("two fields are missing");
        assert!(
            errors
                .iter()
                .all(|error| error.error == "Field is not optional")
        );
        assert_eq!(errors.len(), 2);
    }
}
