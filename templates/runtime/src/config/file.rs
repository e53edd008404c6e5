//! The settings file: TOML, with a key for each variable.
//!
//! Rules:
//! - The key of `AUTH_ACCESS_TOKEN_SECONDS` is `access_token_seconds` ([`key`]). The keys of a table have its
//!   name in front: `[passwordless]` with `flow_type` is `passwordless_flow_type`.
//! - A key that is no setting is an error, and so is a value of another type; each names its line and column.
//! - The file holds no secret, so that it can be committed: a setting that may be one is a variable, or a file that
//!   `<key>_file` names (OWASP ASVS 5.0, 13.3.1). A URL without a password is no secret.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::variables::{Kind, Variable, key};

/// How many letters of a key may be wrong, missing, too many or swapped for it to be a typing error.
const NEAR: usize = 3;

/// A setting that a file may have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known<'a> {
    /// One of the server.
    Setting(&'static Variable),
    /// The file that holds the value of a secret one.
    SecretFile(&'static Variable),
    /// A variable that appInfo reads.
    AppInfo(&'a str),
    /// One that only the environment can set.
    EnvironmentOnly(&'static str),
}

/// A value of a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// What the variable would be set to.
    pub(super) text: String,
    /// Where it stands: `auth.toml:3:24`.
    pub(super) place: String,
}

/// Reads a file. `known` are the settings by their keys, `name` is the file's as messages have it. The result is the
/// values by the names of their variables, with `_FILE` behind that of a secret in a file; and what is wrong.
pub(super) fn read(
    name: &str,
    text: &str,
    known: &BTreeMap<String, Known<'_>>,
) -> (BTreeMap<String, Entry>, Vec<String>) {
    let mut reader = Reader {
        name,
        text,
        known,
        entries: BTreeMap::new(),
        errors: Vec::new(),
    };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = reader.place(&error.span().unwrap_or(0..0));
        reader.errors.push(format!("{place}: {}", error.message()));
    }
    if errors.is_empty() {
        reader.table("", document.get_ref());
    }
    (reader.entries, reader.errors)
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    known: &'a BTreeMap<String, Known<'a>>,
    entries: BTreeMap<String, Entry>,
    errors: Vec<String>,
}

impl Reader<'_> {
    /// Reads the keys of a table in the order of the file.
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in keys {
            let full = format!("{prefix}{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) => self.table(&format!("{full}_"), inner),
                _ => self.entry(&full, &key.span(), value),
            }
        }
    }

    fn entry(&mut self, key: &str, at: &Range<usize>, value: &Spanned<DeValue<'_>>) {
        let place = self.place(&value.span());
        let read = match self.known.get(key).copied() {
            Some(Known::Setting(variable)) => text_of(value.get_ref(), Some(variable))
                .and_then(|text| refuse_secret(variable, text))
                .map(|text| (variable.name.to_owned(), text)),
            Some(Known::SecretFile(variable)) => {
                text_of(value.get_ref(), None).map(|text| (format!("{}_FILE", variable.name), text))
            }
            Some(Known::AppInfo(name)) => {
                text_of(value.get_ref(), None).map(|text| (name.to_owned(), text))
            }
            Some(Known::EnvironmentOnly(name)) => Err(format!(
                "is read from the environment alone: set the variable {name}"
            )),
            None => {
                let place = self.place(at);
                self.errors.push(self.unknown(key, &place));
                return;
            }
        };
        match read {
            Ok((name, text)) => {
                let entry = Entry {
                    text,
                    place: place.clone(),
                };
                if let Some(first) = self.entries.insert(name, entry) {
                    let first = first.place;
                    self.errors
                        .push(format!("{key} ({place}): is set before, at {first}"));
                }
            }
            Err(message) => self.errors.push(format!("{key} ({place}): {message}")),
        }
    }

    /// What to say about a key that is no setting.
    fn unknown(&self, key: &str, place: &str) -> String {
        let distances = self.known.keys().map(|known| {
            let distance = strsim::osa_distance(key, known);
            (distance, known)
        });
        let cure = match distances.min() {
            Some((distance, meant)) if distance <= NEAR => format!("did you mean `{meant}`?"),
            _ => "the command `settings` lists all".to_owned(),
        };
        format!("{key} ({place}): is not a setting; {cure}")
    }

    /// A place as editors and terminals know it: file, line and column, both from 1.
    fn place(&self, range: &Range<usize>) -> String {
        let before = self.text.get(..range.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        format!("{}:{line}:{column}", self.name)
    }
}

/// A value as the variable would have it.
fn text_of(value: &DeValue<'_>, of: Option<&Variable>) -> Result<String, String> {
    let kind = of.map_or(Kind::Text, |variable| variable.kind);
    match (value, kind) {
        (DeValue::String(text), _) => Ok(text.to_string()),
        (DeValue::Integer(number), _) if is_number(of) && number.radix() == 10 => {
            Ok(number.as_str().replace('_', ""))
        }
        (DeValue::Boolean(value), Kind::Boolean) => Ok(value.to_string()),
        (DeValue::Array(values), Kind::List) => {
            let texts = values.iter().map(|value| match value.get_ref() {
                DeValue::String(text) if !text.contains(',') => Ok(text.to_string()),
                _ => {
                    Err("must be a list of texts in quotation marks, none with a comma".to_owned())
                }
            });
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join(", "))
        }
        (_, Kind::Number) => Err("must be a whole number".to_owned()),
        (_, Kind::Boolean) => Err("must be true or false".to_owned()),
        (_, Kind::List) => Err("must be a list of texts: [\"…\", \"…\"]".to_owned()),
        (_, Kind::Text) => Err("must be a text in quotation marks".to_owned()),
    }
}

/// Whether a number without quotation marks can be meant: where one is asked for, or stands among the choices.
fn is_number(of: Option<&Variable>) -> bool {
    of.is_some_and(|variable| {
        let is_number = |choice: &&str| choice.parse::<u32>().is_ok();
        variable.kind == Kind::Number || variable.choices.iter().any(is_number)
    })
}

/// Refuses what may be a password or a key.
fn refuse_secret(variable: &Variable, text: String) -> Result<String, String> {
    if !variable.is_secret || is_url_without_password(&text) {
        return Ok(text);
    }
    let key = key(variable.name);
    Err(format!(
        "may be a secret, which does not belong in this file: set the variable {}, or write `{key}_file` with the path of \
         a file that holds it",
        variable.name
    ))
}

/// Whether a text is a URL that has no password, neither in front of the host nor among the parameters.
fn is_url_without_password(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let is_secret = |(name, _): (std::borrow::Cow<'_, str>, _)| name.contains("password");
        url.password().is_none() && !url.query_pairs().any(is_secret)
    })
}
