//! What is limited, by which key, and how often it may happen by default.
//!
//! The defaults and their reasons stand in `docs/security.md`, "Limits and their defaults".

use super::{Rate, Rates};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A guess of a password at sign-in.
    SignIn,
    /// A sign-up.
    SignUp,
    /// A question whether an address is known.
    EmailExists,
    /// The use of a token that was sent by mail, whatever it is for.
    MailToken,
    /// A message with a code or link to sign in.
    CodeRequest,
    /// A guess of such a code, or of one of an authenticator app.
    Code,
    /// A text message to a number of a country.
    SmsCountry,
    /// The beginning of a sign-in through a provider.
    ProviderStart,
    /// A sign-in with what a provider has handed over.
    ProviderSignIn,
}

/// By what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The account that is tried, known or not.
    Account,
    /// The account, from a device on which its owner has signed in before.
    Device,
    /// The network of the client.
    Network,
}

/// How often everything may happen that is limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// Guesses of the password of an account. NIST SP 800-63B §3.2.2 allows at most 100 failures in a row;
    /// from then on there is one an hour.
    pub sign_in: Rates,
    /// The same from a device on which the owner of the account has signed in before.
    pub sign_in_device: Rates,
    /// Failed sign-ins of one network.
    pub sign_in_network: Rates,
    /// Sign-ups with one address.
    pub sign_up: Rates,
    /// Sign-ups of one network.
    pub sign_up_network: Rates,
    /// Questions whether one address is known.
    pub email_exists: Rates,
    /// Questions of one network whether an address is known.
    pub email_exists_network: Rates,
    /// Attempts to use one token of a mail.
    pub mail_token: Rates,
    /// Attempts of one network to use a token of a mail.
    pub mail_token_network: Rates,
    /// Messages with a code or link to sign in, for one address.
    pub code_request: Rates,
    /// Such messages that one network asks for.
    pub code_request_network: Rates,
    /// Guesses of a code for one address, over all attempts to sign in, or of codes of one user's authenticator apps.
    pub code: Rates,
    /// The same from a device on which the owner of the address has signed in before.
    pub code_device: Rates,
    /// Wrong codes of one network.
    pub code_network: Rates,
    /// Text messages to the numbers of one country.
    pub sms_country: Rates,
    /// Sign-ins through a provider that one network begins.
    pub provider_start_network: Rates,
    /// Sign-ins through a provider of one network that fail.
    pub provider_sign_in_network: Rates,
}

impl Default for LimitSettings {
    fn default() -> Self {
        let rates = |rates: &[Rate]| Rates(rates.to_vec());
        let network = rates(&[Rate::new(60, 30, MINUTE)]);
        Self {
            sign_in: rates(&[Rate::new(5, 2, MINUTE), Rate::new(100, 1, HOUR)]),
            sign_in_device: rates(&[Rate::new(10, 2, MINUTE), Rate::new(100, 1, HOUR)]),
            sign_in_network: network.clone(),
            sign_up: rates(&[Rate::new(10, 1, MINUTE)]),
            sign_up_network: network.clone(),
            email_exists: rates(&[Rate::new(30, 10, MINUTE)]),
            email_exists_network: rates(&[Rate::new(120, 60, MINUTE)]),
            mail_token: rates(&[Rate::new(5, 2, MINUTE)]),
            mail_token_network: network.clone(),
            code_request: rates(&[Rate::new(4, 1, MINUTE), Rate::new(12, 6, HOUR)]),
            code_request_network: network.clone(),
            code: rates(&[Rate::new(20, 1, MINUTE), Rate::new(100, 1, HOUR)]),
            code_device: rates(&[Rate::new(10, 1, MINUTE), Rate::new(100, 1, HOUR)]),
            code_network: network.clone(),
            sms_country: rates(&[Rate::new(240, 10, HOUR)]),
            provider_start_network: rates(&[Rate::new(120, 60, MINUTE)]),
            provider_sign_in_network: network,
        }
    }
}

impl LimitSettings {
    /// Limits nothing. For tests, and for servers behind something that limits.
    pub fn off() -> Self {
        let off = Rates::default;
        Self {
            sign_in: off(),
            sign_in_device: off(),
            sign_in_network: off(),
            sign_up: off(),
            sign_up_network: off(),
            email_exists: off(),
            email_exists_network: off(),
            mail_token: off(),
            mail_token_network: off(),
            code_request: off(),
            code_request_network: off(),
            code: off(),
            code_device: off(),
            code_network: off(),
            sms_country: off(),
            provider_start_network: off(),
            provider_sign_in_network: off(),
        }
    }

    /// All of them, each with the variable that sets it.
    pub(crate) fn variables(&mut self) -> [(&'static str, &mut Rates); 17] {
        [
            ("AUTH_LIMIT_SIGN_IN", &mut self.sign_in),
            ("AUTH_LIMIT_SIGN_IN_DEVICE", &mut self.sign_in_device),
            ("AUTH_LIMIT_SIGN_IN_NETWORK", &mut self.sign_in_network),
            ("AUTH_LIMIT_SIGN_UP", &mut self.sign_up),
            ("AUTH_LIMIT_SIGN_UP_NETWORK", &mut self.sign_up_network),
            ("AUTH_LIMIT_EMAIL_EXISTS", &mut self.email_exists),
            (
                "AUTH_LIMIT_EMAIL_EXISTS_NETWORK",
                &mut self.email_exists_network,
            ),
            ("AUTH_LIMIT_MAIL_TOKEN", &mut self.mail_token),
            (
                "AUTH_LIMIT_MAIL_TOKEN_NETWORK",
                &mut self.mail_token_network,
            ),
            ("AUTH_LIMIT_CODE_REQUEST", &mut self.code_request),
            (
                "AUTH_LIMIT_CODE_REQUEST_NETWORK",
                &mut self.code_request_network,
            ),
            ("AUTH_LIMIT_CODE", &mut self.code),
            ("AUTH_LIMIT_CODE_DEVICE", &mut self.code_device),
            ("AUTH_LIMIT_CODE_NETWORK", &mut self.code_network),
            ("AUTH_LIMIT_SMS_COUNTRY", &mut self.sms_country),
            (
                "AUTH_LIMIT_PROVIDER_START_NETWORK",
                &mut self.provider_start_network,
            ),
            (
                "AUTH_LIMIT_PROVIDER_SIGN_IN_NETWORK",
                &mut self.provider_sign_in_network,
            ),
        ]
    }

    /// How often a kind may happen for a key of this scope.
    pub(super) fn rates(&self, kind: Kind, scope: Scope) -> &[Rate] {
        let rates = match (kind, scope) {
            (Kind::SignIn, Scope::Account) => &self.sign_in,
            (Kind::SignIn, Scope::Device) => &self.sign_in_device,
            (Kind::SignIn, Scope::Network) => &self.sign_in_network,
            (Kind::SignUp, Scope::Network) => &self.sign_up_network,
            (Kind::SignUp, _) => &self.sign_up,
            (Kind::EmailExists, Scope::Network) => &self.email_exists_network,
            (Kind::EmailExists, _) => &self.email_exists,
            (Kind::MailToken, Scope::Network) => &self.mail_token_network,
            (Kind::MailToken, _) => &self.mail_token,
            (Kind::CodeRequest, Scope::Network) => &self.code_request_network,
            (Kind::CodeRequest, _) => &self.code_request,
            (Kind::Code, Scope::Account) => &self.code,
            (Kind::Code, Scope::Device) => &self.code_device,
            (Kind::Code, Scope::Network) => &self.code_network,
            (Kind::SmsCountry, _) => &self.sms_country,
            (Kind::ProviderStart, Scope::Network) => &self.provider_start_network,
            (Kind::ProviderSignIn, Scope::Network) => &self.provider_sign_in_network,
            // Who signs in is not known before the provider has said it.
            (Kind::ProviderStart | Kind::ProviderSignIn, _) => return &[],
        };
        &rates.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::variables::VARIABLES;

    #[test]
    fn the_table_of_variables_has_the_defaults() {
        let mut settings = LimitSettings::default();
        for (name, rates) in settings.variables() {
            let row = VARIABLES.iter().find(|variable| variable.name == name);
            let row = row.expect("it is in the table");
            assert_eq!(
                row.default_value(),
                Some(rates.to_string().as_str()),
                "{name}"
            );
        }
    }
}
