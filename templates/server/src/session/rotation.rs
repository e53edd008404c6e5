//! What becomes of a refresh token that is presented: a pure decision.
//!
//! Each refresh replaces the token (RFC 9700 §4.14.2). Two tabs may refresh at the same moment, and
//! an answer may get lost, so for a grace period the token before the current one still counts.
//! What makes that safe is that rotation *converges*: a token has exactly one successor, derived
//! from the token and a key that only the store has. Whoever presents a token inside the grace
//! period gets the same successor as everybody else who did. So a session never has more than one
//! living lineage, and a retry never displaces the token that another tab has just received.
//!
//! A genuine token that is neither the current one nor the one before it, or that comes too late,
//! was copied: the session is revoked, whoever of the two it was. A stolen old token is of no use
//! without the key, and a stolen database has keys but no tokens.

use crate::crypto::token::constant_time_eq;
use crate::store::SessionRow;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is the current one: replace it by its successor.
    Rotate,
    /// It was replaced just now: hand out the successor, which is the current one.
    Repeat,
    /// The session is over.
    Expired,
    /// A copy is about: revoke the session.
    Theft,
}

/// Decides about a token that this server issued for the session, by its double hash.
pub(super) fn decide(session: &SessionRow, presented: &str, now: i64, grace_ms: i64) -> Decision {
    let is_previous = |previous: &String| constant_time_eq(previous, presented);
    if session.expires_at <= now {
        Decision::Expired
    } else if constant_time_eq(&session.refresh_hash, presented) {
        Decision::Rotate
    } else if session
        .previous_refresh_hash
        .as_ref()
        .is_some_and(is_previous)
        && now <= session.rotated_at.saturating_add(grace_ms)
    {
        Decision::Repeat
    } else {
        Decision::Theft
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value};

    fn session(previous: Option<&str>) -> SessionRow {
        SessionRow {
            handle: "h".to_owned(),
            user_id: "u".to_owned(),
            recipe_user_id: "u".to_owned(),
            tenant_id: "public".to_owned(),
            refresh_hash: "current".to_owned(),
            previous_refresh_hash: previous.map(str::to_owned),
            rotated_at: 1_000,
            rotation_key: vec![1],
            anti_csrf: false,
            claims: Map::new(),
            data: Value::Null,
            created_at: 0,
            expires_at: 100_000,
        }
    }

    #[test]
    fn the_table() {
        use Decision::{Expired, Repeat, Rotate, Theft};
        let grace = 30_000;
        for (previous, presented, now, expected) in [
            (None, "current", 1_000, Rotate),
            (None, "current", 99_999, Rotate),
            (None, "current", 100_000, Expired),
            (None, "other", 1_000, Theft),
            (None, "", 1_000, Theft),
            (Some("previous"), "current", 1_001, Rotate),
            (Some("previous"), "previous", 1_000, Repeat),
            (Some("previous"), "previous", 31_000, Repeat),
            (Some("previous"), "previous", 31_001, Theft),
            (Some("previous"), "previous", 100_000, Expired),
            (Some("previous"), "older", 1_000, Theft),
            (Some("previous"), "older", 100_000, Expired),
        ] {
            let decision = decide(&session(previous), presented, now, grace);
            assert_eq!(decision, expected, "{previous:?} {presented} at {now}");
        }
    }

    #[test]
    fn without_grace_a_repetition_counts_in_its_own_millisecond_only() {
        let decide = |now| decide(&session(Some("previous")), "previous", now, 0);
        assert_eq!(decide(1_000), Decision::Repeat);
        assert_eq!(decide(1_001), Decision::Theft);
    }
}
