//! The `formFields` of a request: their structure, then their values.
//!
//! Rule: a request that does not have the documented structure is answered 400 with a fixed text, by the first
//! check that fails; values that a person may have mistyped are validated all together, in the order in which the
//! form declares its fields. Clients can observe both orders. The form itself is part of its recipe.

use serde_json::Value;

use crate::email::{EmailAddress, trim};
use crate::error::Error;
use crate::shapes::FieldError;

/// The field of an address.
pub(crate) const EMAIL: &str = "email";

/// The field of a password.
pub(crate) const PASSWORD: &str = "password";

/// Outcome of reading a form: its values, or all fields that were refused.
pub(crate) type Judged<T> = Result<T, Vec<FieldError>>;

/// Reads a form that has an address and nothing else.
///
/// # Errors
/// [`Error::BadInput`] when the structure is wrong; the inner error when values are.
pub(crate) fn email(body: &Value) -> Result<Judged<EmailAddress>, Error> {
    let fields = Fields::read(body, 1)?;
    Ok(fields.email().map_err(|error| vec![error]))
}

/// The elements of `formFields`, whose structure is sound.
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Fields<'a> {
    /// What is said of a field without a value that must have one.
    pub(crate) const MISSING: &'static str = "Field is not optional";

    /// Reads the `formFields` of a body, `most` at most.
    ///
    /// # Errors
    /// [`Error::BadInput`] when the structure is wrong.
    pub(crate) fn read(body: &'a Value, most: usize) -> Result<Self, Error> {
        structure(body, most).map(Self)
    }

    /// The value of a field; of two of one name, the first. `null` and an empty text are none.
    pub(crate) fn value(&self, id: &str) -> Option<&'a Value> {
        let element = self.0.iter().find(|(name, _)| *name == id);
        let value = element.map(|(_, value)| *value);
        value.filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// The address.
    ///
    /// # Errors
    /// It is missing, or is not a valid address.
    pub(crate) fn email(&self) -> Result<EmailAddress, FieldError> {
        // The structure is sound: an address is a text.
        let text = self.value(EMAIL).and_then(Value::as_str);
        let text = text.filter(|text| !trim(text).is_empty());
        let text = text.ok_or_else(|| refused(EMAIL, Self::MISSING))?;
        EmailAddress::parse(text).map_err(|error| refused(EMAIL, &error.to_string()))
    }

    /// The password as it was typed.
    ///
    /// # Errors
    /// It is missing.
    pub(crate) fn password(&self) -> Result<&'a str, FieldError> {
        let text = self.value(PASSWORD).and_then(Value::as_str);
        text.ok_or_else(|| refused(PASSWORD, Self::MISSING))
    }
}

/// The refusal of a field.
pub(crate) fn refused(id: &str, error: &str) -> FieldError {
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

    fn refusal(body: &Value) -> String {
        match Fields::read(body, 2) {
            Err(Error::BadInput(text)) => text,
            _ => panic!("{body} is accepted"),
        }
    }

    #[test]
    fn the_structure_is_checked_element_by_element() {
        assert_eq!(refusal(&Value::Null), "Missing input param: formFields");
        assert_eq!(
            refusal(&json!({"formFields": null})),
            "formFields must be an array"
        );
        let fields = |fields: Value| json!({"formFields": fields});
        assert_eq!(
            refusal(&fields(json!([1]))),
            "All elements of formFields must be an object"
        );
        let missing = "All elements of formFields must contain an 'id' and 'value' field";
        assert_eq!(refusal(&fields(json!([{"id": "email"}, 1]))), missing);
        let null = json!([{"id": "email", "value": null}]);
        assert_eq!(refusal(&fields(null)), "email value must be a string");
        let three =
            json!([{"id": "a", "value": 1}, {"id": "b", "value": 2}, {"id": "c", "value": 3}]);
        let too_many = "Are you sending too many formFields?";
        assert_eq!(refusal(&fields(three)), too_many);
    }

    #[test]
    fn blanks_are_no_address_and_the_first_of_two_counts() {
        let body = json!({"formFields": [{"id": "email", "value": " "}, {"id": "email", "value": "a@b.co"}]});
        let fields = Fields::read(&body, 2).expect("well built");
        let email = fields.email().expect_err("it is blank");
        let password = fields.password().expect_err("it is missing");
        assert_eq!(email.error, Fields::MISSING);
        assert_eq!(password.error, Fields::MISSING);
    }

    #[test]
    fn null_and_an_empty_text_are_no_values_and_all_else_is_one() {
        let body = json!({"formFields": [
            {"id": "a", "value": null}, {"id": "b", "value": ""}, {"id": "c", "value": 0},
            {"id": "d", "value": false}, {"id": "e", "value": {}},
        ]});
        let fields = Fields::read(&body, 5).expect("well built");
        let present = ["a", "b", "c", "d", "e", "f"].map(|id| fields.value(id).is_some());
        assert_eq!(present, [false, false, true, true, true, false]);
    }
}
