//! A typed fact about a user, as the access token carries it: `"<key>":{"v":<value>,"t":<ms>}`.
//!
//! `t` is when the value was fetched, so that an API can demand that it is not too old. Scripts of
//! the website read claims from the front token: a claim is no place for secrets. What the payload
//! has under the key may be older than the program and of another type; it then counts as missing.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::demand::Demand;
use super::validator::{Validator, Verdict};
use crate::error::Error;
use crate::store::SessionRow;

/// Whose claim is to be fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The user.
    pub user_id: String,
    /// The login method with which the session began.
    pub recipe_user_id: String,
    /// The tenant in which the session began.
    pub tenant_id: String,
    /// What the access token says so far.
    pub claims: Map<String, Value>,
}

impl Subject {
    /// The one of a stored session.
    pub(in crate::session) fn of(row: &SessionRow) -> Self {
        Self {
            user_id: row.user_id.clone(),
            recipe_user_id: row.recipe_user_id.clone(),
            tenant_id: row.tenant_id.clone(),
            claims: row.claims.clone(),
        }
    }
}

/// Where the value of a claim comes from. An async closure over [`Subject`] is one:
/// `|user: Subject| async move { Ok(Some(true)) }`.
#[async_trait]
pub trait FetchClaim<T>: Send + Sync {
    /// The value now; `None` leaves the claim as it is.
    ///
    /// # Errors
    /// Whatever fails is an error of the server (500), never a verdict about the session.
    async fn fetch(&self, user: Subject) -> Result<Option<T>, Error>;
}

#[async_trait]
impl<T, F, R> FetchClaim<T> for F
where
    F: Fn(Subject) -> R + Send + Sync,
    R: Future<Output = Result<Option<T>, Error>> + Send,
{
    async fn fetch(&self, user: Subject) -> Result<Option<T>, Error> {
        self(user).await
    }
}

/// A claim without its type, as validators and new sessions use it. [`Claim`] is one; implement it
/// yourself for a claim whose shape is not `{"v":…,"t":…}`.
#[async_trait]
pub trait ClaimSource: Send + Sync {
    /// The name in the payload.
    fn key(&self) -> &str;

    /// The value that a payload has; `None` where it is missing.
    fn read<'a>(&self, payload: &'a Map<String, Value>) -> Option<&'a Value> {
        payload.get(self.key())?.get("v")
    }

    /// When the value of a payload was fetched, in milliseconds.
    fn fetched_at(&self, payload: &Map<String, Value>) -> Option<i64> {
        payload.get(self.key())?.get("t")?.as_i64()
    }

    /// The value of the key from `now` (milliseconds) on; `None` leaves it as it is.
    ///
    /// # Errors
    /// The value could not be fetched.
    async fn entry(&self, user: Subject, now: i64) -> Result<Option<Value>, Error>;

    /// The names in the payload of all that [`Self::entries`] fetches.
    fn keys(&self) -> Vec<&str> {
        vec![self.key()]
    }

    /// What a new session begins with: the entry of the key, by its name. Claims that come from one place are one source
    /// here, so that a sign-in reads them at once.
    ///
    /// # Errors
    /// The value could not be fetched.
    async fn entries(&self, user: Subject, now: i64) -> Result<Map<String, Value>, Error> {
        let entry = self.entry(user, now).await?;
        let entry = entry.map(|entry| (self.key().to_owned(), entry));
        Ok(entry.into_iter().collect())
    }
}

/// A typed claim. Clones are cheap and are the same claim.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::{Claim, Subject, Validator};
///
/// // Fetched when a session begins or an API demands it; here, from the application's database.
/// let admin: Claim<bool> = Claim::new("admin", |user: Subject| async move {
///     Ok(Some(user.user_id == "the-first-one"))
/// });
/// // Only ever set by the application.
/// let teams: Claim<Vec<String>> = Claim::set_only("teams");
///
/// let demands: [Validator; 2] = [
///     admin.is_true().max_age(Duration::from_secs(300)),
///     teams.includes("blue").named("in-the-blue-team"),
/// ];
/// assert_eq!(demands[0].id(), "admin");
/// ```
///
/// The type is the application's own, if it is written and read by serde. [`Claim::check`] demands anything
/// of it; the other demands compare values as JSON, for which a type has to say how it is one:
///
/// ```
/// use auth_runtime::Claim;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// enum Role {
///     Editor,
///     Admin,
/// }
///
/// impl From<Role> for serde_json::Value {
///     fn from(role: Role) -> Self {
///         serde_json::json!(role)
///     }
/// }
///
/// let roles: Claim<Vec<Role>> = Claim::set_only("roles");
/// let editors = roles.includes_any([Role::Editor, Role::Admin]);
/// ```
pub struct Claim<T> {
    key: Arc<str>,
    source: Option<Arc<dyn FetchClaim<T>>>,
}

impl<T> Claim<T> {
    /// A claim that is fetched where an API demands it and it is missing or too old.
    pub fn new(key: &str, source: impl FetchClaim<T> + 'static) -> Self {
        Self {
            key: key.into(),
            source: Some(Arc::new(source)),
        }
    }

    /// A claim that is never fetched, only set.
    pub fn set_only(key: &str) -> Self {
        Self {
            key: key.into(),
            source: None,
        }
    }

    /// The name in the payload.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Claim<T> {
    /// The value that a payload has; `None` where it is missing or of another type.
    pub fn value(&self, payload: &Map<String, Value>) -> Option<T> {
        T::deserialize(ClaimSource::read(self, payload)?).ok()
    }

    /// The update that sets the claim, to be merged into a payload; `now` in milliseconds.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn setting(&self, value: &T, now: i64) -> Result<Map<String, Value>, Error> {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        Ok(self.update(json!({ "v": value, "t": now })))
    }

    /// The update that removes the claim, to be merged into a payload.
    pub fn removal(&self) -> Map<String, Value> {
        self.update(Value::Null)
    }

    fn update(&self, entry: Value) -> Map<String, Value> {
        [(self.key.to_string(), entry)].into_iter().collect()
    }

    /// Demands what `check` says of the value, which is `None` where the claim is missing or of
    /// another type. For all that the other demands cannot say.
    pub fn check(&self, check: impl Fn(Option<T>) -> Verdict + Send + Sync + 'static) -> Validator {
        let check =
            move |value: Option<&Value>| check(value.and_then(|value| T::deserialize(value).ok()));
        self.demand(Demand::Checked(Arc::new(check)))
    }

    fn demand(&self, demand: Demand) -> Validator {
        Validator::of_claim(self.clone(), demand)
    }
}

impl<T> Claim<T>
where
    T: Into<Value> + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Demands this value.
    pub fn has_value(&self, value: impl Into<T>) -> Validator {
        self.demand(Demand::HasValue(value.into().into()))
    }
}

impl Claim<bool> {
    /// Demands `true`.
    pub fn is_true(&self) -> Validator {
        self.has_value(true)
    }

    /// Demands `false`; a missing claim does not do.
    pub fn is_false(&self) -> Validator {
        self.has_value(false)
    }
}

impl<T> Claim<Vec<T>>
where
    T: Into<Value> + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Demands that the list has this value.
    pub fn includes(&self, value: impl Into<T>) -> Validator {
        self.demand(Demand::Includes(value.into().into()))
    }

    /// Demands that the list has not this value; a missing list does not do.
    pub fn excludes(&self, value: impl Into<T>) -> Validator {
        self.demand(Demand::Excludes(value.into().into()))
    }

    /// Demands that the list has all of these values.
    pub fn includes_all<V: Into<T>>(&self, values: impl IntoIterator<Item = V>) -> Validator {
        self.demand(Demand::IncludesAll(list(values)))
    }

    /// Demands that the list has at least one of these values.
    pub fn includes_any<V: Into<T>>(&self, values: impl IntoIterator<Item = V>) -> Validator {
        self.demand(Demand::IncludesAny(list(values)))
    }

    /// Demands that the list has none of these values; a missing list does not do.
    pub fn excludes_all<V: Into<T>>(&self, values: impl IntoIterator<Item = V>) -> Validator {
        self.demand(Demand::ExcludesAll(list(values)))
    }
}

fn list<T: Into<Value>, V: Into<T>>(values: impl IntoIterator<Item = V>) -> Vec<Value> {
    values
        .into_iter()
        .map(|value| value.into().into())
        .collect()
}

#[async_trait]
impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> ClaimSource for Claim<T> {
    fn key(&self) -> &str {
        &self.key
    }

    async fn entry(&self, user: Subject, now: i64) -> Result<Option<Value>, Error> {
        let Some(source) = &self.source else {
            return Ok(None);
        };
        let Some(value) = source.fetch(user).await? else {
            return Ok(None);
        };
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        Ok(Some(json!({ "v": value, "t": now })))
    }
}

impl<T> Clone for Claim<T> {
    fn clone(&self) -> Self {
        Self {
            key: Arc::clone(&self.key),
            source: self.source.clone(),
        }
    }
}

impl<T> fmt::Debug for Claim<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
