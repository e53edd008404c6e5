//! What an API demands of the claims of a session.
//!
//! A validator names a claim and a demand on its value, or is any check on the whole payload. Where
//! its claim is missing or too old, the claim is fetched before anything is judged. All validators
//! are judged, so that a client learns at once what is missing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::claim::ClaimSource;
use super::demand::Demand;
use crate::error::{ClaimError, Error};
use crate::session::Session;

/// The result of a check.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The session has what is demanded.
    Met,
    /// It has not. Clients see the reason, if there is one.
    Unmet(Option<Value>),
}

/// A check on the payload of an access token. A closure is one:
/// `|claims: &Map<String, Value>| Verdict::Met`.
#[async_trait]
pub trait Validate: Send + Sync {
    /// Judges a payload.
    ///
    /// # Errors
    /// Whatever fails is an error of the server (500), never a verdict about the session.
    async fn validate(&self, payload: &Map<String, Value>) -> Result<Verdict, Error>;
}

#[async_trait]
impl<F: Fn(&Map<String, Value>) -> Verdict + Send + Sync> Validate for F {
    async fn validate(&self, payload: &Map<String, Value>) -> Result<Verdict, Error> {
        Ok(self(payload))
    }
}

/// A demand on the claims of a session. Clones are cheap.
#[derive(Clone)]
pub struct Validator {
    id: Arc<str>,
    claim: Option<Arc<dyn ClaimSource>>,
    max_age: Option<Duration>,
    /// How old a value may be that does not meet the demand.
    retry_after: Option<Duration>,
    rule: Rule,
}

#[derive(Clone)]
enum Rule {
    Value(Demand),
    Payload(Arc<dyn Validate>),
}

impl Validator {
    /// Any check on the whole payload; `id` names it to clients.
    ///
    /// ```
    /// use auth_runtime::{Validator, Verdict};
    /// use serde_json::{Map, Value, json};
    ///
    /// let paid = Validator::new("paid", |claims: &Map<String, Value>| {
    ///     if claims.contains_key("plan") {
    ///         return Verdict::Met;
    ///     }
    ///     Verdict::Unmet(Some(json!({ "message": "no plan" })))
    /// });
    /// assert_eq!(paid.id(), "paid");
    /// ```
    pub fn new(id: &str, check: impl Validate + 'static) -> Self {
        Self {
            id: id.into(),
            claim: None,
            max_age: None,
            retry_after: None,
            rule: Rule::Payload(Arc::new(check)),
        }
    }

    pub(super) fn of_claim(claim: impl ClaimSource + 'static, demand: Demand) -> Self {
        Self {
            id: claim.key().into(),
            claim: Some(Arc::new(claim)),
            max_age: None,
            retry_after: None,
            rule: Rule::Value(demand),
        }
    }

    /// Names the validator to clients; by default it has the name of its claim.
    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        self.id = id.into();
        self
    }

    /// Demands that the claim is not older than this; one that is older is fetched again. Has no
    /// effect without a claim.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Has the claim fetched again where its value does not meet the demand and is older than this: what is
    /// demanded may have come true meanwhile. Has no effect without a claim.
    #[must_use]
    pub fn retry_after(mut self, age: Duration) -> Self {
        self.retry_after = Some(age);
        self
    }

    /// Has this claim fetched where it is missing or too old: for [`Validator::new`].
    #[must_use]
    pub fn fetching(mut self, claim: impl ClaimSource + 'static) -> Self {
        self.claim = Some(Arc::new(claim));
        self
    }

    /// The name that clients see.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The claim that has to be fetched first.
    pub(in crate::session) fn claim_to_fetch(
        &self,
        payload: &Map<String, Value>,
        now: i64,
    ) -> Option<&dyn ClaimSource> {
        let claim = self.claim.as_deref()?;
        let is_there = claim.read(payload).is_some_and(|value| match &self.rule {
            Rule::Value(demand) => demand.takes(value),
            Rule::Payload(_) => true,
        });
        let is_due = !is_there
            || age_beyond(self.max_age, claim, payload, now).is_some()
            || (self.is_unmet(claim, payload)
                && age_beyond(self.retry_after, claim, payload, now).is_some());
        is_due.then_some(claim)
    }

    /// Judges a payload; `now` in milliseconds.
    pub(in crate::session) async fn judge(
        &self,
        payload: &Map<String, Value>,
        now: i64,
    ) -> Result<Option<ClaimError>, Error> {
        let verdict = match self.expired(payload, now) {
            Some(reason) => Verdict::Unmet(Some(reason)),
            None => match &self.rule {
                Rule::Payload(check) => check.validate(payload).await?,
                Rule::Value(demand) => demand.judge(self.value(payload)),
            },
        };
        Ok(match verdict {
            Verdict::Met => None,
            Verdict::Unmet(reason) => Some(ClaimError {
                id: self.id.to_string(),
                reason,
            }),
        })
    }

    /// Whether the value is there and is not what is demanded.
    fn is_unmet(&self, claim: &dyn ClaimSource, payload: &Map<String, Value>) -> bool {
        match &self.rule {
            Rule::Value(demand) => demand.judge(claim.read(payload)) != Verdict::Met,
            Rule::Payload(_) => false,
        }
    }

    fn value<'a>(&self, payload: &'a Map<String, Value>) -> Option<&'a Value> {
        self.claim.as_deref()?.read(payload)
    }

    /// The reason of a value that is there and too old.
    fn expired(&self, payload: &Map<String, Value>, now: i64) -> Option<Value> {
        let claim = self.claim.as_deref()?;
        claim.read(payload)?;
        let age = age_beyond(self.max_age, claim, payload, now)?;
        Some(json!({
            "message": "expired",
            "ageInSeconds": seconds(age),
            "maxAgeInSeconds": seconds(milliseconds(self.max_age?)),
        }))
    }
}

/// The age of a claim in milliseconds, if it is more than allowed. One without a time is as old as can be.
fn age_beyond(
    allowed: Option<Duration>,
    claim: &dyn ClaimSource,
    payload: &Map<String, Value>,
    now: i64,
) -> Option<i64> {
    let age = now.saturating_sub(claim.fetched_at(payload).unwrap_or(0));
    (age > milliseconds(allowed?)).then_some(age)
}

fn milliseconds(age: Duration) -> i64 {
    i64::try_from(age.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds as seconds: a whole number where it is one.
fn seconds(milliseconds: i64) -> Value {
    if milliseconds % 1000 == 0 {
        return Value::from(milliseconds / 1000);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "ages have far fewer than 52 bits"
    )]
    Value::from(milliseconds as f64 / 1000.0)
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

type Choose = dyn Fn(&[Validator], &Session) -> Vec<Validator> + Send + Sync;

/// Which validators an API applies.
#[derive(Clone, Default)]
pub enum ClaimValidators {
    /// Those of the server.
    #[default]
    Global,
    /// None.
    Skip,
    /// Those of the server, and these.
    GlobalAnd(Vec<Validator>),
    /// These alone.
    Only(Vec<Validator>),
    /// Those that a function makes of the server's and the session.
    Choose(Arc<Choose>),
}

impl ClaimValidators {
    /// Those that `choose` makes of the server's and the session.
    pub fn choose(
        choose: impl Fn(&[Validator], &Session) -> Vec<Validator> + Send + Sync + 'static,
    ) -> Self {
        Self::Choose(Arc::new(choose))
    }

    /// The same, and these.
    #[must_use]
    pub fn and(self, more: Vec<Validator>) -> Self {
        if more.is_empty() {
            return self;
        }
        match self {
            Self::Global => Self::GlobalAnd(more),
            Self::Skip => Self::Only(more),
            Self::GlobalAnd(these) => Self::GlobalAnd([these, more].concat()),
            Self::Only(these) => Self::Only([these, more].concat()),
            Self::Choose(choose) => Self::choose(move |global, session| {
                [choose(global, session), more.clone()].concat()
            }),
        }
    }

    /// The validators for a session.
    pub(in crate::session) fn of(&self, global: &[Validator], session: &Session) -> Vec<Validator> {
        match self {
            Self::Global => global.to_vec(),
            Self::Skip => Vec::new(),
            Self::GlobalAnd(more) => global.iter().chain(more).cloned().collect(),
            Self::Only(these) => these.clone(),
            Self::Choose(choose) => choose(global, session),
        }
    }
}

impl fmt::Debug for ClaimValidators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("Global"),
            Self::Skip => f.write_str("Skip"),
            Self::GlobalAnd(more) => f.debug_tuple("GlobalAnd").field(more).finish(),
            Self::Only(these) => f.debug_tuple("Only").field(these).finish(),
            Self::Choose(_) => f.write_str("Choose(..)"),
        }
    }
}
