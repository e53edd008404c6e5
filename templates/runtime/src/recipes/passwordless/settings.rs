//! What the recipe can be set to.

use serde::{Deserialize, Serialize};

use super::contract::CONSUME_CODE;
use crate::auth::Factors;
use crate::config::Config;

const CONTACT_METHOD: &str = "AUTH_PASSWORDLESS_CONTACT_METHOD";
const FLOW_TYPE: &str = "AUTH_PASSWORDLESS_FLOW_TYPE";
const CODE_MINUTES: &str = "AUTH_PASSWORDLESS_CODE_MINUTES";

/// A code from a mail.
pub(super) const OTP_EMAIL: &str = "otp-email";
/// A code from a text message.
pub(super) const OTP_PHONE: &str = "otp-phone";
/// A link from a mail.
pub(super) const LINK_EMAIL: &str = "link-email";
/// A link from a text message.
pub(super) const LINK_PHONE: &str = "link-phone";

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowType {
    /// A code, which is typed where the sign-in began, and a link.
    #[serde(rename = "USER_INPUT_CODE_AND_MAGIC_LINK")]
    CodeAndLink,
    /// A code alone.
    #[serde(rename = "USER_INPUT_CODE")]
    Code,
    /// A link alone.
    #[serde(rename = "MAGIC_LINK")]
    Link,
}

impl FlowType {
    /// The flow of a server.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(FLOW_TYPE) {
            "USER_INPUT_CODE" => Self::Code,
            "MAGIC_LINK" => Self::Link,
            _ => Self::CodeAndLink,
        }
    }

    /// Sets the flow of a server, as the variable `AUTH_PASSWORDLESS_FLOW_TYPE` does.
    pub fn set(self, config: &mut Config) {
        config.recipes.set(FLOW_TYPE, self.name());
    }

    /// Its name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CodeAndLink => "USER_INPUT_CODE_AND_MAGIC_LINK",
            Self::Code => "USER_INPUT_CODE",
            Self::Link => "MAGIC_LINK",
        }
    }

    /// What of it is allowed; `None` if nothing is.
    pub(super) fn limited_to(self, code: bool, link: bool) -> Option<Self> {
        match (self.has_code() && code, self.has_link() && link) {
            (true, true) => Some(Self::CodeAndLink),
            (true, false) => Some(Self::Code),
            (false, true) => Some(Self::Link),
            (false, false) => None,
        }
    }

    pub(super) fn has_code(self) -> bool {
        self != Self::Link
    }

    pub(super) fn has_link(self) -> bool {
        self != Self::Code
    }
}

/// Where messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactMethod {
    /// To mail addresses.
    Email,
    /// To phone numbers.
    Phone,
    /// To either.
    EmailOrPhone,
}

impl ContactMethod {
    /// That of a server.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(CONTACT_METHOD) {
            "PHONE" => Self::Phone,
            "EMAIL_OR_PHONE" => Self::EmailOrPhone,
            _ => Self::Email,
        }
    }

    /// Sets that of a server, as the variable `AUTH_PASSWORDLESS_CONTACT_METHOD` does.
    pub fn set(self, config: &mut Config) {
        let name = match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::EmailOrPhone => "EMAIL_OR_PHONE",
        };
        config.recipes.set(CONTACT_METHOD, name);
    }

    pub(super) fn has_email(self) -> bool {
        self != Self::Phone
    }

    pub(super) fn has_phone(self) -> bool {
        self != Self::Email
    }
}

/// The first factors of a server.
pub(super) fn factors(config: &Config) -> Factors {
    let (flow, method) = (FlowType::of(config), ContactMethod::of(config));
    let all = [
        (OTP_EMAIL, flow.has_code() && method.has_email()),
        (OTP_PHONE, flow.has_code() && method.has_phone()),
        (LINK_EMAIL, flow.has_link() && method.has_email()),
        (LINK_PHONE, flow.has_link() && method.has_phone()),
    ];
    let offered = all.into_iter().filter(|(_, is_offered)| *is_offered);
    Factors {
        recipe: CONSUME_CODE.recipe,
        known: &[OTP_EMAIL, OTP_PHONE, LINK_EMAIL, LINK_PHONE],
        offered: offered.map(|(factor, _)| factor).collect(),
    }
}

/// Refuses messages to telephones in a program that cannot send them.
///
/// # Errors
/// The setting asks for them.
pub(super) fn check(config: &Config) -> Result<(), String> {
    if cfg!(feature = "sms") || !ContactMethod::of(config).has_phone() {
        return Ok(());
    }
    Err(format!(
        "{CONTACT_METHOD}: this program is built without text messages: turn on the feature `sms` of auth-runtime, \
         or set it to `EMAIL`"
    ))
}

/// How many minutes a code or a link works.
pub(super) fn code_minutes(config: &Config) -> i64 {
    // The table of variables holds numbers alone; a test reads all of them.
    config.recipes.get(CODE_MINUTES).parse().unwrap_or(15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::{AppInfo, AppInfoInput};
    use crate::config::variables;

    fn config() -> Config {
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        Config::new(app_info.expect("it is right"))
    }

    #[test]
    fn a_flow_is_both_unless_it_is_set_and_each_has_its_name() {
        let mut config = config();
        assert_eq!(FlowType::of(&config), FlowType::CodeAndLink);
        for flow in [FlowType::Code, FlowType::Link, FlowType::CodeAndLink] {
            flow.set(&mut config);
            assert_eq!(FlowType::of(&config), flow);
            let stored = serde_json::to_value(flow).expect("it is text");
            assert_eq!(stored, flow.name());
        }
    }

    #[test]
    fn a_flow_is_limited_to_what_is_allowed() {
        use FlowType::{Code, CodeAndLink, Link};
        for (flow, code, link, expected) in [
            (CodeAndLink, true, true, Some(CodeAndLink)),
            (CodeAndLink, true, false, Some(Code)),
            (CodeAndLink, false, true, Some(Link)),
            (CodeAndLink, false, false, None),
            (Code, true, true, Some(Code)),
            (Code, false, true, None),
            (Link, true, false, None),
        ] {
            assert_eq!(flow.limited_to(code, link), expected, "{flow:?}");
        }
    }

    #[test]
    fn first_factors_follow_the_settings() {
        let mut config = config();
        assert_eq!(factors(&config).offered, [OTP_EMAIL, LINK_EMAIL]);
        FlowType::Code.set(&mut config);
        ContactMethod::EmailOrPhone.set(&mut config);
        assert_eq!(factors(&config).offered, [OTP_EMAIL, OTP_PHONE]);
        FlowType::Link.set(&mut config);
        ContactMethod::Phone.set(&mut config);
        assert_eq!(factors(&config).offered, [LINK_PHONE]);
    }

    #[test]
    fn messages_go_to_addresses_unless_it_is_set() {
        let mut config = config();
        assert_eq!(ContactMethod::of(&config), ContactMethod::Email);
        for method in [
            ContactMethod::Phone,
            ContactMethod::EmailOrPhone,
            ContactMethod::Email,
        ] {
            method.set(&mut config);
            assert_eq!(ContactMethod::of(&config), method);
            let is_able = cfg!(feature = "sms") || method == ContactMethod::Email;
            assert_eq!(check(&config).is_ok(), is_able);
        }
    }

    #[test]
    fn every_choice_of_minutes_is_a_number() {
        let mut config = config();
        assert_eq!(code_minutes(&config), 15);
        let known = variables::all().find(|known| known.name == CODE_MINUTES);
        for choice in known.expect("it is in the table").choices {
            config.recipes.set(CODE_MINUTES, choice);
            assert_eq!(code_minutes(&config).to_string(), *choice);
        }
    }
}
