//! A tenant: a group of users that is apart from all others, with its own ways to sign in.
//!
//! Rules: a tenant is known by its id in lower case, whatever the case in a path; the tenant `public` always exists;
//! what belongs to one tenant — users, codes, links, tokens, providers — is neither seen nor accepted in another. A
//! session names its tenant in its token. Ids are those of the reference (`docs/protocol.md`, "Tenants").

use std::fmt;

use serde_json::{Map, Value};

/// The tenant of a path that names none.
pub const PUBLIC_TENANT: &str = "public";

/// The longest id of a tenant, in bytes.
const LONGEST: usize = 64;

/// The most first factors, and the most providers, of one tenant.
const MOST: usize = 64;

/// Ids that would stand in the place of an app in the paths of the reference's core.
const RESERVED: [&str; 4] = ["recipe", "config", "users", "hello"];

/// A tenant, and the ways in which its users sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Names it in paths and tokens: lower-case letters, digits and `-`, 64 at most.
    pub id: String,
    /// The ids of its first factors, such as `emailpassword` or `otp-email`; no user signs in with another one. `None`
    /// allows all that the server offers, an empty list none at all.
    pub first_factors: Option<Vec<String>>,
    /// Its providers, in the form of the settings of providers. Without any it has those of the settings that are meant
    /// for it.
    pub providers: Vec<Map<String, Value>>,
}

impl Tenant {
    /// A tenant with all first factors of the server and the providers of the settings.
    ///
    /// # Errors
    /// What is wrong with the id.
    pub fn new(id: &str) -> Result<Self, String> {
        let id = id.trim().to_ascii_lowercase();
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if id.is_empty() || id.len() > LONGEST || !id.bytes().all(is_of_name) {
            return Err(format!(
                "the id of a tenant has 1 to {LONGEST} letters, digits and `-`"
            ));
        }
        if id.starts_with("appid-") || RESERVED.contains(&id.as_str()) {
            return Err(format!("`{id}` cannot be the id of a tenant"));
        }
        Ok(Self {
            id,
            first_factors: None,
            providers: Vec::new(),
        })
    }

    /// The tenant `public` with all first factors of the server and the providers of the settings.
    pub fn public() -> Self {
        Self {
            id: PUBLIC_TENANT.to_owned(),
            first_factors: None,
            providers: Vec::new(),
        }
    }

    /// Whether users sign in with a first factor.
    pub fn allows(&self, factor: &str) -> bool {
        let factors = self.first_factors.as_ref();
        factors.is_none_or(|factors| factors.iter().any(|allowed| allowed == factor))
    }

    /// Checks the id and the first factors; what providers are is up to their recipe.
    ///
    /// # Errors
    /// What is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        if Self::new(&self.id)?.id != self.id {
            return Err("the id of a tenant is written in lower case".to_owned());
        }
        let factors = self.first_factors.as_deref().unwrap_or_default();
        if let Some(factor) = factors.iter().find(|factor| !is_factor(factor)) {
            return Err(format!(
                "`{factor}` cannot be a first factor: write 1 to {LONGEST} letters, digits, `-` and `_`"
            ));
        }
        if factors.len() > MOST || self.providers.len() > MOST {
            return Err(format!(
                "a tenant has {MOST} first factors and {MOST} providers at most"
            ));
        }
        Ok(())
    }
}

/// Whether a text can be the id of a factor.
pub(crate) fn is_factor(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_of_name)
}

/// Without the providers, whose clients have secrets.
impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("id", &self.id)
            .field("first_factors", &self.first_factors)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_in_lower_case_and_some_cannot_be_tenants() {
        for (id, expected) in [
            ("t1", Some("t1")),
            (" T-1 ", Some("t-1")),
            ("public", Some("public")),
            ("", None),
            ("a_b", None),
            ("a.b", None),
            ("é", None),
            ("users", None),
            ("Recipe", None),
            ("appid-x", None),
            (&"x".repeat(64), Some(&*"x".repeat(64))),
            (&"x".repeat(65), None),
        ] {
            let tenant = Tenant::new(id).ok();
            let found = tenant.as_ref().map(|tenant| tenant.id.as_str());
            assert_eq!(found, expected, "{id}");
        }
        assert_eq!(Tenant::new("public"), Ok(Tenant::public()));
    }

    #[test]
    fn a_list_of_first_factors_allows_what_it_names_and_an_empty_one_nothing() {
        let with = |first_factors| Tenant {
            first_factors,
            ..Tenant::public()
        };
        assert!(with(None).allows("emailpassword"));
        assert!(!with(Some(Vec::new())).allows("emailpassword"));
        let one = with(Some(vec!["otp-email".to_owned()]));
        assert!(one.allows("otp-email") && !one.allows("emailpassword"));
    }

    #[test]
    fn a_tenant_with_a_strange_factor_or_too_many_is_refused_and_none_shows_a_secret() {
        let mut tenant = Tenant::public();
        let secret = Map::from_iter([("clientSecret".to_owned(), Value::from("hidden"))]);
        tenant.providers = vec![secret];
        assert_eq!(tenant.check(), Ok(()));
        assert!(!format!("{tenant:?}").contains("hidden"));
        tenant.first_factors = Some(vec!["custom_one".to_owned()]);
        assert_eq!(tenant.check(), Ok(()));
        for factors in [
            vec![String::new()],
            vec!["a b".to_owned()],
            vec!["a".to_owned(); MOST + 1],
        ] {
            tenant.first_factors = Some(factors);
            assert!(tenant.check().is_err());
        }
        tenant.first_factors = None;
        tenant.id = "Public".to_owned();
        assert!(tenant.check().is_err());
    }
}
