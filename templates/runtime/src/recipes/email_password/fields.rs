//! Fields of the sign-up form that an application declares, in code or by a setting.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use regress::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::auth::{AuthBuilder, guarded};
use crate::config::Config;
use crate::error::Error;
use crate::shapes::FieldError;
use crate::users::form_fields::{EMAIL, PASSWORD, refused};

const FORM_FIELDS: &str = "AUTH_FORM_FIELDS";

/// What is said of a value that does not match a pattern that has no error text.
const INVALID: &str = "Field is not valid";

/// The longest text that a pattern is compared with, in characters: patterns backtrack (OWASP, Regular expression Denial
/// of Service).
const LONGEST: usize = 1_000;

/// A field of the sign-up form beside address and password. It must be filled in unless it is
/// [optional](Self::optional).
///
/// `email` and `password` may be declared, too: that gives them another place in the order in which fields are judged,
/// and a validator in addition to the built-in one. The validator of `password` also judges the new password of a reset.
#[derive(Clone)]
pub struct FormField {
    id: String,
    is_optional: bool,
    validator: Option<Arc<dyn ValidateField>>,
}

/// Judges the value of a field. An async closure over the value and the id of the tenant is one:
/// `|value: Value, tenant: String| async move { Ok(()) }`.
#[async_trait]
pub trait ValidateField: Send + Sync {
    /// Accepts or refuses a value, which may be of any type that JSON has.
    ///
    /// # Errors
    /// [`Error::General`] refuses it, with a text for the user (`FIELD_ERROR`). Any other error ends the request.
    async fn validate(&self, value: Value, tenant_id: String) -> Result<(), Error>;
}

#[async_trait]
impl<F, R> ValidateField for F
where
    F: Fn(Value, String) -> R + Send + Sync,
    R: Future<Output = Result<(), Error>> + Send,
{
    async fn validate(&self, value: Value, tenant_id: String) -> Result<(), Error> {
        self(value, tenant_id).await
    }
}

impl FormField {
    /// A field that must be filled in, with any value.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            is_optional: false,
            validator: None,
        }
    }

    /// The same, and it may be left out or empty. Without effect on `email` and `password`.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// The same with a validator, which is asked where there is a value. The last one counts.
    #[must_use]
    pub fn validate(mut self, validator: impl ValidateField + 'static) -> Self {
        self.validator = Some(Arc::new(validator));
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Why the validator refuses a value; `None` if it does not.
    ///
    /// # Errors
    /// The validator failed, panicked or took too long.
    pub(super) async fn judge(
        &self,
        value: &Value,
        tenant: &str,
    ) -> Result<Option<FieldError>, Error> {
        let Some(validator) = &self.validator else {
            return Ok(None);
        };
        let judging = validator.validate(value.clone(), tenant.to_owned());
        match guarded("the validator of a form field", judging).await {
            Ok(()) => Ok(None),
            Err(Error::General(text)) => Ok(Some(refused(&self.id, &text))),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for FormField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormField")
            .field("id", &self.id)
            .field("is_optional", &self.is_optional)
            .finish_non_exhaustive()
    }
}

impl AuthBuilder {
    /// Declares a field of the sign-up form, after those of the setting `AUTH_FORM_FIELDS`. Its value is part of
    /// [`AuthEvent::SignedUp`](crate::events::AuthEvent::SignedUp).
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::recipes::email_password::FormField;
    /// use auth_runtime::{Auth, Error};
    /// use serde_json::Value;
    ///
    /// let auth = Auth::builder(config)
    ///     .form_field(FormField::new("name"))
    ///     .form_field(FormField::new("age").optional().validate(
    ///         |value: Value, _tenant: String| async move {
    ///             match value.as_str().and_then(|age| age.parse::<u8>().ok()) {
    ///                 Some(_) => Ok(()),
    ///                 None => Err(Error::General("Please write a number.".to_owned())),
    ///             }
    ///         },
    ///     ))
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn form_field(mut self, field: FormField) -> Self {
        let declared = self.recipe_parts.get_or_insert_with(InCode::default);
        declared.0.push(field);
        self
    }
}

/// The fields that are declared in code.
#[derive(Clone, Default)]
pub(super) struct InCode(Vec<FormField>);

/// All fields of the sign-up form, in the order in which they are judged.
#[derive(Clone)]
pub(super) struct Declared(Arc<[FormField]>);

impl Declared {
    /// The fields of the setting, those of the code, and password and address where neither names them.
    ///
    /// # Errors
    /// The setting cannot be read, or a field is declared twice.
    pub(super) fn new(config: &Config, in_code: InCode) -> Result<Self, String> {
        let mut all = of_setting(config.recipes.get(FORM_FIELDS))?;
        all.extend(in_code.0);
        for id in [PASSWORD, EMAIL] {
            if all.iter().all(|field| field.id != id) {
                all.push(FormField::new(id));
            }
        }
        for (index, field) in all.iter().enumerate() {
            let id = &field.id;
            if all[..index].iter().any(|before| before.id == *id) {
                return Err(format!(
                    "the form field `{id}` is declared twice, in {FORM_FIELDS} or by `form_field`"
                ));
            }
        }
        Ok(Self(all.into()))
    }

    pub(super) fn all(&self) -> &[FormField] {
        &self.0
    }
}

/// A field, as the setting describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(default)]
    optional: bool,
    /// A regular expression of ECMA 262.
    pattern: Option<String>,
    /// What is said of a value that does not match it.
    error: Option<String>,
}

fn of_setting(text: &str) -> Result<Vec<FormField>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |error: String| format!("{FORM_FIELDS}: {error}");
    let written: Vec<Written> =
        serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let mut fields = Vec::new();
    for Written {
        id,
        optional,
        pattern,
        error,
    } in written
    {
        let mut field = FormField::new(&id);
        field.is_optional = optional;
        if let Some(pattern) = pattern {
            let regex = Regex::with_flags(&pattern, "u");
            let regex = regex.map_err(|error| {
                wrong(format!(
                    "the pattern of `{id}` is no regular expression: {error}"
                ))
            })?;
            let error = error.unwrap_or_else(|| INVALID.to_owned());
            field = field.validate(Pattern { regex, error });
        }
        fields.push(field);
    }
    Ok(fields)
}

/// The validator of a field that the setting declares.
struct Pattern {
    regex: Regex,
    error: String,
}

#[async_trait]
impl ValidateField for Pattern {
    async fn validate(&self, value: Value, _: String) -> Result<(), Error> {
        let text = value
            .as_str()
            .filter(|text| text.chars().count() <= LONGEST);
        match text.and_then(|text| self.regex.find(text)) {
            Some(_) => Ok(()),
            None => Err(Error::General(self.error.clone())),
        }
    }
}
