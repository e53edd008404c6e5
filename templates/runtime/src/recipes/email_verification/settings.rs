//! What the recipe can be set to.

use crate::config::Config;

/// The variable.
const VARIABLE: &str = "AUTH_EMAIL_VERIFICATION";

/// What sessions have to do with the address of their user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: the operations work, and sessions have no claim about it.
    Off,
    /// Sessions say whether it is verified (claim `st-ev`), and nothing is demanded of them.
    Optional,
    /// The same, and a session whose user has not verified it is refused (403) wherever a session is asked for,
    /// unless the route demands other claims.
    Required,
}

impl Mode {
    /// The mode of a server.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(VARIABLE) {
            "required" => Self::Required,
            "optional" => Self::Optional,
            _ => Self::Off,
        }
    }

    /// Sets the mode of a server, as the variable `AUTH_EMAIL_VERIFICATION` does.
    pub fn set(self, config: &mut Config) {
        let value = match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        };
        config.recipes.set(VARIABLE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::{AppInfoDefaults, Setting};
    use crate::config::ConfigErrors;

    fn read(value: Option<&'static str>) -> Result<Config, ConfigErrors> {
        let defaults = AppInfoDefaults {
            app_name: Setting::Text("Test"),
            api_domain: Setting::Text("http://localhost:3001"),
            api_base_path: None,
            api_gateway_path: None,
            website_domain: Some(Setting::Text("http://localhost:3000")),
            origin: None,
            website_base_path: None,
        };
        Config::read(&defaults, |name| {
            let value = value.filter(|_| name == VARIABLE);
            value.map(str::to_owned)
        })
    }

    #[test]
    fn the_mode_is_read_from_the_environment_and_off_without_it() {
        for (value, expected) in [
            (None, Mode::Off),
            (Some("off"), Mode::Off),
            (Some("optional"), Mode::Optional),
            (Some("required"), Mode::Required),
        ] {
            let mut config = read(value).expect("it is right");
            assert_eq!(Mode::of(&config), expected, "{value:?}");
            for mode in [Mode::Required, Mode::Optional, Mode::Off] {
                mode.set(&mut config);
                assert_eq!(Mode::of(&config), mode);
            }
        }
    }

    #[test]
    fn another_value_is_refused_with_those_that_there_are() {
        let errors = read(Some("REQUIRED")).expect_err("it is none of them");
        let expected = "AUTH_EMAIL_VERIFICATION: must be one of off, optional, required";
        assert_eq!(errors.0, [expected]);
    }
}
