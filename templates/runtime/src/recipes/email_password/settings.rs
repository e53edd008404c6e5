//! What the recipe can be set to.

use std::path::PathBuf;

use crate::config::Config;
use crate::crypto::password::{PasswordPolicy, PolicySettings};

const MIN_LENGTH: &str = "AUTH_PASSWORD_MIN_LENGTH";
const COMPOSITION: &str = "AUTH_PASSWORD_COMPOSITION";
const BLOCK_LIST: &str = "AUTH_PASSWORD_BLOCK_LIST";
const BLOCK_FILE: &str = "AUTH_PASSWORD_BLOCK_FILE";

/// NIST SP 800-63B-4 §3.1.1.2 allows no minimum below eight, and wants passwords of 64 characters accepted.
const MIN_LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// The policy that the settings ask for.
///
/// # Errors
/// Which setting is wrong, and what to do.
pub(super) fn policy(config: &Config) -> Result<PasswordPolicy, String> {
    let set = |name| Some(config.recipes.get(name)).filter(|value| !value.is_empty());
    let min_length = set(MIN_LENGTH).map(min_length).transpose()?;
    let settings = PolicySettings {
        min_length,
        letter_and_digit: config.recipes.get(COMPOSITION) != "none",
        refuse_common: config.recipes.get(BLOCK_LIST) == "common",
        known_hashes: set(BLOCK_FILE).map(PathBuf::from),
    };
    PasswordPolicy::open(settings).map_err(|error| format!("{BLOCK_FILE}: {error}"))
}

fn min_length(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| MIN_LENGTHS.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (MIN_LENGTHS.start(), MIN_LENGTHS.end());
        format!("{MIN_LENGTH}: must be a number from {least} to {most}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::{AppInfo, AppInfoInput};

    fn config(settings: &[(&str, &str)]) -> Config {
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("it is right"));
        for (name, value) in settings {
            config.recipes.set(name, value);
        }
        config
    }

    async fn accepts(settings: &[(&str, &str)], password: &str) -> bool {
        let policy = policy(&config(settings)).expect("the settings are right");
        policy
            .accept(password)
            .await
            .expect("nothing is read")
            .is_ok()
    }

    #[tokio::test]
    async fn each_setting_reaches_the_policy() {
        for (settings, password, is_accepted) in [
            (&[][..], "passw0rd", true),
            (&[], "correct horse", false),
            (&[(COMPOSITION, "none")], "correct horse", true),
            (&[(MIN_LENGTH, "15")], "passw0rd", false),
            (&[(MIN_LENGTH, "15")], "passw0rd passw0rd", true),
            (&[(BLOCK_LIST, "common")], "password1", false),
            (&[(BLOCK_LIST, "off")], "password1", true),
        ] {
            assert_eq!(
                accepts(settings, password).await,
                is_accepted,
                "{settings:?}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_variable_before_anything_starts() {
        for wrong in ["7", "65", "-8", "8.5", "eight"] {
            let refusal = policy(&config(&[(MIN_LENGTH, wrong)])).expect_err(wrong);
            assert_eq!(
                refusal,
                "AUTH_PASSWORD_MIN_LENGTH: must be a number from 8 to 64"
            );
        }
        let refusal = policy(&config(&[(BLOCK_FILE, "/nonexistent/hashes.txt")]));
        let refusal = refusal.expect_err("there is no such file");
        assert!(refusal.starts_with("AUTH_PASSWORD_BLOCK_FILE: /nonexistent/hashes.txt: "));
    }
}
