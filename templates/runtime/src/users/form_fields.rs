//! The `formFields` of a request: their structure, then their values.
//!
//! Rule: a request that does not have the documented structure is answered 400 with a fixed text, by the first
//! check that fails; values that a person may have mistyped are validated all together, in the order in which the
//! form declares its fields. Clients can observe both orders. The form itself is part of its recipe.

use serde_json::{Map, Value};

use crate::email::{EmailAddress, trim};
use crate::error::Error;
use crate::shapes::FieldError;

/// The field of an address.
pub(crate) const EMAIL: &str = "email";

/// The field of a password.
pub(crate) const PASSWORD: &str = "password";

/// What is said of a field without a value that must have one.
pub(crate) const MISSING: &str = "Field is not optional";

/// Outcome of judging a form: its values, or all fields that were refused.
pub(crate) type Judged<T> = Result<T, Vec<FieldError>>;

/// The elements of `formFields`, whose structure is sound.
pub(crate) struct Fields<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Fields<'a> {
    /// Reads the `formFields` of a body, `most` at most.
    ///
    /// # Errors
    /// [`Error::BadInput`] when the structure is wrong.
    pub(crate) fn read(body: &'a Value, most: usize) -> Result<Self, Error> {
        structure(body, most).map(Self)
    }

    /// The address or the password as it was typed; empty without such a field. Of two of one name the first one counts.
    pub(crate) fn text(&self, id: &str) -> String {
        let element = self.0.iter().find(|(name, _)| *name == id);
        // The structure is sound: both are texts.
        let text = element.and_then(|(_, value)| value.as_str());
        text.unwrap_or_default().to_owned()
    }

    /// All fields but address and password. Of two of one name the first one counts.
    pub(crate) fn others(&self) -> Map<String, Value> {
        let mut others = Map::new();
        for (id, value) in &self.0 {
            if ![EMAIL, PASSWORD].contains(id) && !others.contains_key(*id) {
                others.insert((*id).to_owned(), (*value).clone());
            }
        }
        others
    }
}

/// A value that was filled in: `null` and an empty text are none.
pub(crate) fn filled(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null() && value.as_str() != Some(""))
}

/// Judges an address.
///
/// # Errors
/// It is missing, or is not a valid address.
pub(crate) fn email(text: &str) -> Result<EmailAddress, FieldError> {
    if trim(text).is_empty() {
        return Err(refused(EMAIL, MISSING));
    }
    EmailAddress::parse(text).map_err(|error| refused(EMAIL, &error.to_string()))
}

/// Judges a password that is compared: any may be tried.
///
/// # Errors
/// It is missing.
pub(crate) fn password(text: &str) -> Result<&str, FieldError> {
    if text.is_empty() {
        return Err(refused(PASSWORD, MISSING));
    }
    Ok(text)
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
    fn the_first_of_two_counts_and_blanks_are_no_address() {
        let body = json!({"formFields": [
            {"id": "email", "value": " "}, {"id": "a", "value": null}, {"id": "email", "value": "a@b.co"},
            {"id": "a", "value": 1}, {"id": "b", "value": {}},
        ]});
        let fields = Fields::read(&body, 5).expect("well built");
        assert_eq!(fields.text(EMAIL), " ");
        assert_eq!(fields.text(PASSWORD), "");
        assert_eq!(Value::Object(fields.others()), json!({"a": null, "b": {}}));
        assert_eq!(email(" ").expect_err("it is blank").error, MISSING);
        assert_eq!(password("").expect_err("it is missing").error, MISSING);
        assert_eq!(password(" "), Ok(" "));
    }

    #[test]
    fn null_and_an_empty_text_are_no_values_and_all_else_is_one() {
        let values = [json!(null), json!(""), json!(0), json!(false), json!({})];
        let is_filled = values.each_ref().map(|value| filled(Some(value)).is_some());
        assert_eq!(is_filled, [false, false, true, true, true]);
        assert_eq!(filled(None), None);
    }
}
