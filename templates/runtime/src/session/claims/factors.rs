//! Which factors a session has completed: the claim `st-mfa`, `{"c": {"<factor>": <seconds>}, "v": <bool>}`
//! (`docs/protocol.md`, "Second factors").
//!
//! The server writes it when a factor is completed, and an application reads it: a route demands a factor by
//! [`Validator::completed_factor`].

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::claim::{ClaimSource, Subject};
use super::demand::Demand;
use super::validator::{Validator, Verdict};
use crate::error::{ClaimError, Error, SessionError};

/// The name of the claim.
pub(super) const FACTORS: &str = "st-mfa";

/// The factors that a session has completed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletedFactors {
    /// When each was completed last, by its id: seconds since 1970.
    #[serde(rename = "c")]
    pub at: BTreeMap<String, i64>,
    /// Whether they are all that this user has to complete.
    #[serde(rename = "v")]
    pub are_enough: bool,
}

impl CompletedFactors {
    /// Those that a payload has; none where the claim is missing or of another form.
    pub(in crate::session) fn of(payload: &Map<String, Value>) -> Self {
        let claim = payload.get(FACTORS);
        let read = claim.and_then(|claim| Self::deserialize(claim).ok());
        read.unwrap_or_default()
    }

    /// Whether a factor is among them.
    pub fn include(&self, factor: &str) -> bool {
        self.at.contains_key(factor)
    }

    /// The update of the claims of a session with these factors.
    ///
    /// # Errors
    /// They cannot be written as JSON.
    pub(crate) fn update(&self) -> Result<Map<String, Value>, Error> {
        let claim = serde_json::to_value(self).map_err(Error::internal)?;
        Ok([(FACTORS.to_owned(), claim)].into_iter().collect())
    }
}

/// The refusal of a session that has not completed what an operation asks for. Clients see the reason.
pub(crate) fn factors_missing(reason: Value) -> Error {
    let error = ClaimError {
        id: FACTORS.to_owned(),
        reason: Some(reason),
    };
    SessionError::InvalidClaims(vec![error]).into()
}

impl Validator {
    /// Demands that the session has completed a factor, such as `totp`. With [`Validator::max_age`] it must have been
    /// completed in this time (OWASP ASVS 5.0, 7.5.3).
    ///
    /// ```
    /// use std::time::Duration;
    /// use auth_runtime::Validator;
    ///
    /// let recent = Validator::completed_factor("totp").max_age(Duration::from_secs(600));
    /// assert_eq!(recent.id(), "st-mfa");
    /// ```
    pub fn completed_factor(factor: &str) -> Self {
        let factor = factor.to_owned();
        let reason = json!({
            "message": format!("Factor validation failed: {factor} not completed"),
            "factorId": factor,
        });
        let check = move |completed_at: Option<&Value>| match completed_at {
            Some(_) => Verdict::Met,
            None => Verdict::Unmet(Some(reason.clone())),
        };
        Self::of_claim(Factor(factor), Demand::Checked(std::sync::Arc::new(check)))
    }
}

/// When one factor was completed, as a claim that is never fetched.
struct Factor(String);

#[async_trait]
impl ClaimSource for Factor {
    fn key(&self) -> &str {
        FACTORS
    }

    fn read<'a>(&self, payload: &'a Map<String, Value>) -> Option<&'a Value> {
        payload.get(FACTORS)?.get("c")?.get(&self.0)
    }

    fn fetched_at(&self, payload: &Map<String, Value>) -> Option<i64> {
        self.read(payload)?.as_i64()?.checked_mul(1000)
    }

    async fn entry(&self, _: Subject, _: i64) -> Result<Option<Value>, Error> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn payload(claim: Value) -> Map<String, Value> {
        [(FACTORS.to_owned(), claim)].into_iter().collect()
    }

    #[test]
    fn a_claim_of_another_form_counts_as_none() {
        let written = CompletedFactors {
            at: [("totp".to_owned(), 7)].into(),
            are_enough: true,
        };
        let update = written.update().expect("it is JSON");
        assert_eq!(update[FACTORS], json!({"c": {"totp": 7}, "v": true}));
        assert_eq!(CompletedFactors::of(&update), written);
        for wrong in [json!(null), json!({"c": 1}), json!([]), json!({"v": "x"})] {
            let none = CompletedFactors::default();
            assert_eq!(CompletedFactors::of(&payload(wrong)), none);
        }
        assert_eq!(
            CompletedFactors::of(&Map::new()),
            CompletedFactors::default()
        );
    }

    #[tokio::test]
    async fn a_route_demands_a_factor_and_how_long_ago_it_may_be() {
        let demand = Validator::completed_factor("totp");
        let recent = demand.clone().max_age(Duration::from_secs(60));
        let completed = payload(json!({"c": {"totp": 1000}, "v": true}));
        let other = payload(json!({"c": {"emailpassword": 1000}, "v": true}));
        let reason = async |demand: &Validator, payload: &Map<String, Value>, now: i64| {
            let judged = demand.judge(payload, now).await.expect("it is judged");
            judged.map(|error| error.reason.expect("it has a reason"))
        };
        assert_eq!(reason(&demand, &completed, 9_000_000).await, None);
        assert_eq!(reason(&recent, &completed, 1_060_000).await, None);
        let expired = json!({"message": "expired", "ageInSeconds": 61, "maxAgeInSeconds": 60});
        assert_eq!(reason(&recent, &completed, 1_061_000).await, Some(expired));
        let missing = json!({
            "message": "Factor validation failed: totp not completed", "factorId": "totp",
        });
        for demand in [&demand, &recent] {
            assert_eq!(
                reason(demand, &other, 1_000_000).await,
                Some(missing.clone())
            );
        }
    }
}
