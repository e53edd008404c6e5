//! Names of variables that look like settings and are none.
//!
//! Rule: a setting that is ignored because of a typing error is worse than a server that does not start, so
//! a name that is nearly one of ours is refused. Other names may have a reason that we do not know:
//! Kubernetes sets `AUTH_PORT` and `AUTH_SERVICE_HOST` for a service named `auth`, and Auth.js reads
//! `AUTH_SECRET`. They are listed once, in a warning.

use super::{sources, variables};

/// How names of settings begin that no other program of the same machine should use.
const PREFIX: &str = "AUTH_";

/// How the names begin that only tests read.
const OF_TESTS: &str = "AUTH_TEST_";

/// Read by the route of a Next.js application, which may share the environment.
const ELSEWHERE: [&str; 1] = ["AUTH_SERVER_URL"];

/// How many letters may be wrong, missing, too many or swapped in a misspelt name.
const NEAR: usize = 2;

/// What is wrong with the names that are set.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Each with the setting that was meant.
    pub(super) misspelt: Vec<(String, &'static str)>,
    /// In the order of the alphabet.
    pub(super) unknown: Vec<String>,
}

/// Looks at the names of all variables that are set. `app_info` are those that appInfo reads.
pub(super) fn examine(set: impl Iterator<Item = String>, app_info: &[&str]) -> Names {
    let files = sources::with_files();
    let is_known = |name: &str| {
        variables::all().any(|variable| variable.name == name)
            || files.contains_key(name)
            || app_info.contains(&name)
            || ELSEWHERE.contains(&name)
    };
    let mut names = Names::default();
    for name in set {
        if !name.starts_with(PREFIX) || name.starts_with(OF_TESTS) || is_known(&name) {
            continue;
        }
        let distances = variables::all().map(|variable| {
            let distance = strsim::osa_distance(&name, variable.name);
            (distance, variable.name)
        });
        match distances.min() {
            Some((distance, meant)) if distance <= NEAR => names.misspelt.push((name, meant)),
            _ => names.unknown.push(name),
        }
    }
    names.misspelt.sort();
    names.unknown.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &[&str]) -> Names {
        examine(set.iter().map(ToString::to_string), &["AUTH_DOMAIN"])
    }

    #[test]
    fn a_name_that_is_nearly_a_setting_is_one_that_was_misspelt() {
        for (name, meant) in [
            ("AUTH_COOKIE_DOMIAN", "AUTH_COOKIE_DOMAIN"),
            ("AUTH_SMPT_URL", "AUTH_SMTP_URL"),
            ("AUTH_LISTEN_ADDRESS", ""),
            ("AUTH_LISTENADDR", "AUTH_LISTEN_ADDR"),
            ("AUTH_ENCRYPTION_SECRETS", "AUTH_ENCRYPTION_SECRET"),
            ("AUTH_ANTI_CRSF", "AUTH_ANTI_CSRF"),
        ] {
            let found = names(&[name]);
            if meant.is_empty() {
                assert_eq!(
                    (found.misspelt.len(), found.unknown.len()),
                    (0, 1),
                    "{name}"
                );
            } else {
                assert_eq!(found.misspelt, [(name.to_owned(), meant)]);
            }
        }
    }

    #[test]
    fn what_other_programs_set_does_not_stop_the_start() {
        let set = [
            "AUTH_SECRET",
            "AUTH_URL",
            "AUTH_TRUST_HOST",
            "AUTH_PORT",
            "AUTH_PORT_3001_TCP_ADDR",
            "AUTH_SERVICE_HOST",
            "AUTH_SERVICE_PORT",
            "AUTH_SERVICE_PORT_HTTP",
        ];
        let found = names(&set);
        assert_eq!(found.misspelt, []);
        assert_eq!(found.unknown.len(), set.len());
    }

    #[test]
    fn settings_and_those_of_tests_are_nothing_to_talk_about() {
        let all = variables::all().map(|variable| variable.name);
        let others = [
            "AUTH_DOMAIN",
            "AUTH_TEST_POSTGRES_URL",
            "AUTH_SERVER_URL",
            "PATH",
        ];
        let set: Vec<_> = all.chain(others).collect();
        assert_eq!(names(&set), Names::default());
    }
}
