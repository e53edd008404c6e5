//! The `formFields` of a request: their structure, then their values.
//!
//! Rule: a request that is not built as documented is answered 400 with a fixed text, one check after
//! the other; values that a person may have mistyped are judged all together, in the order in which the
//! form declares its fields. Both orders can be seen from outside.

use serde_json::Value;

use super::{FieldError, validators};
use crate::error::Error;

const EMAIL: &str = "email";
const PASSWORD: &str = "password";

/// The fields that a form has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A new password and an address.
    SignUp,
    /// The same, but any password may be tried.
    SignIn,
    /// The address that a reset link goes to.
    ResetToken,
    /// The new password.
    Reset,
}

/// The values of a form that passed; those that the form does not have are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    /// Trimmed, in lower case.
    pub(super) email: String,
    /// As it was typed.
    pub(super) password: String,
}

type Validator = fn(&str) -> Option<&'static str>;

impl Form {
    /// Its fields in the order in which they are judged.
    fn fields(self) -> &'static [(&'static str, Validator)] {
        match self {
            Self::SignUp => &[(PASSWORD, validators::password), (EMAIL, validators::email)],
            Self::SignIn => &[(PASSWORD, |_| None), (EMAIL, validators::email)],
            Self::ResetToken => &[(EMAIL, validators::email)],
            Self::Reset => &[(PASSWORD, validators::password)],
        }
    }
}

/// Reads and judges the `formFields` of a body.
///
/// # Errors
/// [`Error::BadInput`] when the structure is wrong; the inner error when values are.
pub(super) fn read(body: &Value, form: Form) -> Result<Result<Values, Vec<FieldError>>, Error> {
    let elements = structure(body, form.fields().len())?;
    let text = |id: &str| {
        let element = elements.iter().find(|(name, _)| *name == id);
        // The structure is sound: an address or a password is a text.
        element
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    let email = validators::trim(text(EMAIL));
    let errors: Vec<FieldError> = form
        .fields()
        .iter()
        .filter_map(|(id, validator)| {
            let value = if *id == EMAIL { email } else { text(id) };
            let error = if value.is_empty() {
                Some("Field is not optional")
            } else {
                validator(value)
            };
            error.map(|error| FieldError {
                id: (*id).to_owned(),
                error: error.to_owned(),
            })
        })
        .collect();
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let email = validators::normal_email(email);
    Ok(Ok(Values {
        email,
        password: text(PASSWORD).to_owned(),
    }))
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
        match read(body, Form::SignUp) {
            Err(Error::BadInput(text)) => text,
            other => panic!("{other:?}"),
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
        let errors = read(&body, Form::SignUp)
            .expect("well built")
            .expect_err("two fields are missing");
        assert!(
            errors
                .iter()
                .all(|error| error.error == "Field is not optional")
        );
        assert_eq!(errors.len(), 2);
    }
}
