//! Reading single variables: each error names its variable and says what to write.

use std::str::FromStr;

use super::{Config, variables};

/// The variables behind settings of sessions whose value alone does not tell whether they can work.
const SESSION_VARIABLES: [(&str, &str); 4] = [
    ("cookie_domain", "AUTH_COOKIE_DOMAIN"),
    ("older_cookie_domain", "AUTH_OLDER_COOKIE_DOMAIN"),
    ("access_token_validity_ms", "AUTH_ACCESS_TOKEN_SECONDS"),
    ("refresh_token_validity_ms", "AUTH_REFRESH_TOKEN_MINUTES"),
];

/// The variables, and what is wrong with them so far.
pub(super) struct Env<'a> {
    pub(super) variables: &'a dyn Fn(&str) -> Option<String>,
    /// What messages call a variable, or the key of a file that it has its value from.
    pub(super) label: &'a dyn Fn(&str) -> String,
    pub(super) errors: Vec<String>,
}

impl Env<'_> {
    pub(super) fn wrong(&mut self, name: &str, message: &str) {
        let label = (self.label)(name);
        self.errors.push(format!("{label}: {message}"));
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        debug_assert!(
            variables::all().any(|known| known.name == name),
            "{name} is missing in config/variables.rs"
        );
        let text = (self.variables)(name)?.trim().to_owned();
        if text.contains(char::REPLACEMENT_CHARACTER) {
            self.wrong(name, "must be Unicode");
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    /// What can only be checked of all settings of sessions together.
    pub(super) fn check_session(&mut self, config: &Config) {
        for error in config
            .session
            .check(&config.app_info)
            .err()
            .unwrap_or_default()
        {
            let variable = SESSION_VARIABLES
                .iter()
                .find(|(setting, _)| *setting == error.setting);
            self.wrong(
                variable.map_or(error.setting, |(_, name)| name),
                &error.message,
            );
        }
    }

    /// A value of a type whose errors say nothing to an operator.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, message: &str) -> Option<T> {
        let value = self.text(name)?.parse().ok();
        if value.is_none() {
            self.wrong(name, message);
        }
        value
    }

    /// A value of a type whose errors say what to write.
    pub(super) fn explained<T: FromStr<Err = String>>(&mut self, name: &str) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(name, &message);
                None
            }
        }
    }

    /// Values with commas between them, whose errors say what to write.
    pub(super) fn list<T: FromStr<Err = String>>(&mut self, name: &str) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let values = text.split(',').map(str::trim);
        let mut list = Vec::new();
        for value in values.filter(|_| !text.is_empty()) {
            match value.parse::<T>() {
                Ok(value) => list.push(value),
                Err(message) => self.wrong(name, &message),
            }
        }
        list
    }

    pub(super) fn positive<T: FromStr + Default + PartialEq>(&mut self, name: &str) -> Option<T> {
        let message = "must be a number greater than zero";
        let value: T = self.parsed(name, message)?;
        if value == T::default() {
            self.wrong(name, message);
            return None;
        }
        Some(value)
    }
}
