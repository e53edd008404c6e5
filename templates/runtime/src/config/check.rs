//! What settings that were made in code have to keep.
//!
//! Rule: a setting that cannot work stops the server before it opens anything, whether it comes from the environment or
//! a program.

use super::{Config, ConfigErrors, MAX_PASSWORD_THREADS, judgement};
use crate::app_info::{AppInfo, normalise_domain};
use crate::delivery::{check_sender, check_sms, check_smtp_url};
use crate::store::check_url;

/// The longest id of an app: it stands in the names of cookies.
const MAX_APP_ID: usize = 64;

/// What is wrong with a name of a header that may be sent from other origins. Where credentials are sent, `*`
/// is the name of a header and not a wildcard (Fetch Standard, "CORS protocol and credentials").
pub(super) const NO_HEADER: &str =
    "must be names of headers, with commas between them; `*` does not stand for all";

/// What is wrong with the id of an app.
pub(super) fn app_id(id: &str) -> Option<&'static str> {
    let is_id = (1..=MAX_APP_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (!is_id).then_some("must be 1 to 64 letters, digits, `-` and `_`")
}

impl Config {
    /// Whether these settings can work.
    ///
    /// # Errors
    /// All that is wrong, each line with the name of the field.
    pub fn check(&self) -> Result<(), ConfigErrors> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(format!("{field}: {message}"));
        for message in app_info(&self.app_info) {
            wrong("app_info", &message);
        }
        if let Some(message) = app_id(&self.app_id) {
            wrong("app_id", message);
        }
        if let Err(message) = check_url(self.database_url.expose()) {
            wrong("database_url", &message);
        }
        if let Err(error) = check_sender(&self.mail_from) {
            wrong("mail_from", &error.message);
        }
        let smtp = self
            .smtp_url
            .as_ref()
            .map(|url| check_smtp_url(url.expose()));
        if let Some(Err(error)) = smtp {
            wrong("smtp_url", &error.message);
        }
        let sms = self.sms.as_ref().map(|sms| check_sms(&sms.of_provider()));
        if let Some(Err((variable, message))) = sms {
            wrong("sms", &format!("{variable} {message}"));
        }
        for (field, is_zero) in [
            ("database_connections", self.database_connections == 0),
            ("body_limit", self.body_limit == 0),
            ("body_timeout", self.body_timeout.is_zero()),
            ("cleanup_interval", self.cleanup_interval.is_zero()),
            ("max_connections", self.max_connections == Some(0)),
            (
                "max_connections_per_peer",
                self.max_connections_per_peer == Some(0),
            ),
        ] {
            if is_zero {
                wrong(field, "must be greater than zero");
            }
        }
        if self.allowed_headers.iter().any(|header| header == "*") {
            wrong("allowed_headers", NO_HEADER);
        }
        if !(1..=MAX_PASSWORD_THREADS).contains(&self.password_threads) {
            wrong("password_threads", "must be 1 to 256");
        }
        for error in self.session.check(&self.app_info).err().unwrap_or_default() {
            wrong(&format!("session.{}", error.setting), &error.message);
        }
        errors.extend(judgement::refusals(self, |setting| {
            setting.field.to_owned()
        }));
        if errors.is_empty() {
            return Ok(());
        }
        Err(ConfigErrors(errors))
    }
}

/// What is wrong with an appInfo whose fields were written one by one.
fn app_info(info: &AppInfo) -> Vec<String> {
    let is_domain = |text: &String| normalise_domain(text).as_ref() == Ok(text);
    let is_path = |text: &String| text.is_empty() || text.starts_with('/');
    [
        ("api_domain", is_domain(&info.api_domain)),
        ("website_domain", is_domain(&info.website_domain)),
        ("api_base_path", is_path(&info.api_base_path)),
        ("api_gateway_path", is_path(&info.api_gateway_path)),
        ("website_base_path", is_path(&info.website_base_path)),
    ]
    .into_iter()
    .filter(|(_, is_normal)| !is_normal)
    .map(|(field, _)| format!("{field} is not in its normal form: see AppInfo::normalise"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfoInput;
    use crate::config::Secret;

    fn config() -> Config {
        Config::for_app(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        })
        .expect("appInfo is right")
    }

    #[test]
    fn everything_that_is_wrong_is_named_by_its_field() {
        assert_eq!(config().check(), Ok(()));
        let mut config = config();
        config.app_info.api_domain = "HTTP://localhost:3001/".to_owned();
        config.app_id = "a b".to_owned();
        config.database_url = Secret::new("mysql://u:hunter2@db/auth");
        config.database_connections = 0;
        config.mail_from = "nobody".to_owned();
        config.password_threads = 0;
        config.session.cookie_domain = Some("not a domain".to_owned());
        config.session.access_token_validity_ms = 0;
        let errors = config.check().expect_err("nearly all of it is wrong").0;
        let fields: Vec<_> = errors.iter().map(|line| line.split(':').next()).collect();
        let expected = [
            "app_info",
            "app_id",
            "database_url",
            "mail_from",
            "database_connections",
            "password_threads",
            "session.cookie_domain",
            "session.access_token_validity_ms",
        ];
        assert_eq!(fields, expected.map(Some));
        assert!(!errors.concat().contains("hunter2"));
    }
}
