//! The decision about a refresh token that is presented, as a pure function.
//!
//! Each refresh replaces the token (RFC 9700 §4.14.2). Two tabs may refresh at the same moment, and
//! an answer may get lost, so for a grace period the token before the current one still counts.
//! What makes that safe is that rotation *converges*: a token has exactly one successor, derived
//! from the token and a key that only the store has. All clients that present a token inside the grace
//! period get the same successor. So a session never has more than one valid chain of tokens, and a retry
//! never displaces the token that another tab has just received.
//!
//! A genuine token that is neither the current one nor the one before it, or that comes too late,
//! was copied: the session is revoked, whether the owner or the thief presented it. A stolen old token is of no use
//! without the key, and a stolen database has keys but no tokens.
//!
//! When a token was presented is when its request arrived, not when the database had time for it.
//! A request that waits for a slow database can be overtaken by others, even by the next refresh:
//! a token that was on its way before the current one existed is no sign of a copy, and gets the
//! current one, too.
//!
//! # Alternatives
//!
//! Servers of this protocol have used two other algorithms. Both make a new random token for each refresh,
//! so the presenters of one token hold different successors, and something has to choose among them:
//!
//! - *A child promotes its parent.* A token stays good until one of its children is used. An answer
//!   that is lost may be repeated days later. But after the first use of one child, its siblings count as
//!   copies: of two tabs that refreshed at once, the slower one ends the session with its next
//!   refresh. Until a child is used, a stolen parent works beside it, unnoticed. And since the use of an
//!   *access* token promotes, each first use reads and writes the database.
//! - *Rotation with a grace window.* A late presenter gets a new token that displaces the one handed
//!   out before. Of two tabs that refresh at once, the faster one now holds a void token, which ends
//!   the session when it is used. A loss of the *second* answer has the same effect: the token that the first one
//!   carried is void.
//! - *Here* all of them hold the same token. Any number of lost answers and parallel tabs within the
//!   grace period are harmless, in any order; a repetition writes nothing; an access token is never
//!   looked up. The disadvantage: a thief who presents the token within the grace period shares the session, as
//!   with the other two, and is noticed when one of them refreshes and the other presents the old token after
//!   the grace period. An answer that is lost for longer than the period ends the session, as a copy would: the
//!   server cannot distinguish the two.

#[cfg(test)]
mod model;

use super::refresh::RefreshToken;
use crate::crypto::token::constant_time_eq;
use crate::store::SessionRow;

/// How long, in milliseconds, a request may be on its way inside the server and be overtaken. Waiting
/// for the database ends before that.
const DELAY_MS: i64 = 10_000;

/// By how many refreshes it may be overtaken.
const OVERTAKEN: usize = 4;

/// What to do.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is the current one: replace it by this successor.
    Rotate(RefreshToken),
    /// It was replaced just now: hand out the current one, which is this.
    Repeat(RefreshToken),
    /// The session is over.
    Expired,
    /// The token was copied: revoke the session.
    Theft,
}

/// When a token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// When, in milliseconds since the epoch.
    pub(super) at: i64,
    /// How many milliseconds after the session's latest rotation; negative if the token was on its
    /// way before.
    pub(super) since_rotation: i64,
}

/// Decides about a token that this server issued for the session.
pub(super) fn decide(
    session: &SessionRow,
    presented: &RefreshToken,
    moment: Moment,
    grace_ms: i64,
) -> Decision {
    let key = &session.rotation_key;
    let hash = presented.hash2();
    if session.expires_at <= moment.at {
        return Decision::Expired;
    }
    if constant_time_eq(&session.refresh_hash, &hash) {
        return Decision::Rotate(presented.successor(key));
    }
    let is_previous = session
        .previous_refresh_hash
        .as_ref()
        .is_some_and(|previous| constant_time_eq(previous, &hash));
    let generations = if is_previous && moment.since_rotation <= grace_ms {
        1
    } else if (-DELAY_MS..0).contains(&moment.since_rotation) {
        OVERTAKEN
    } else {
        return Decision::Theft;
    };
    presented
        .descendant(key, &session.refresh_hash, generations)
        .map_or(Decision::Theft, Decision::Repeat)
}

#[cfg(test)]
mod tests {
    use super::model::{generation, session};
    use super::*;

    const GRACE: i64 = 30_000;

    fn decision(current: usize, presented: usize, moment: Moment, grace_ms: i64) -> &'static str {
        let row = session(current, 100_000);
        match decide(&row, &generation(presented), moment, grace_ms) {
            Decision::Rotate(next) if next == generation(current + 1) => "rotate",
            Decision::Repeat(next) if next == generation(current) => "repeat",
            Decision::Rotate(_) | Decision::Repeat(_) => "another lineage",
            Decision::Expired => "expired",
            Decision::Theft => "theft",
        }
    }

    #[test]
    fn the_table() {
        for (current, presented, at, since_rotation, expected) in [
            // The current token, at any time.
            (0, 0, 1_000, 0, "rotate"),
            (0, 0, 99_999, 98_999, "rotate"),
            (1, 1, 1_001, 1, "rotate"),
            (1, 1, 1_000, -300_000, "rotate"),
            (0, 0, 100_000, 99_000, "expired"),
            // The one before it, within the grace period; also when the clock was set back.
            (1, 0, 1_000, 0, "repeat"),
            (1, 0, 31_000, GRACE, "repeat"),
            (1, 0, 31_001, GRACE + 1, "theft"),
            (1, 0, 1_000, -300_000, "repeat"),
            (1, 0, 100_000, 99_000, "expired"),
            // An older one, unless it was overtaken.
            (2, 0, 1_000, 0, "theft"),
            (2, 0, 999, -1, "repeat"),
            (4, 0, 999, -1, "repeat"),
            (5, 0, 999, -1, "theft"),
            (2, 0, 1_000, -DELAY_MS, "repeat"),
            (2, 0, 1_000, -DELAY_MS - 1, "theft"),
            (2, 0, 100_000, -1, "expired"),
        ] {
            let moment = Moment { at, since_rotation };
            let found = decision(current, presented, moment, GRACE);
            assert_eq!(found, expected, "{presented} of {current} at {moment:?}");
        }
    }

    #[test]
    fn a_genuine_token_of_another_beginning_is_theft() {
        // This cannot happen, because a session begins once. If it did, there would be no token to return.
        let other = RefreshToken::new("h", b"key", &[2; 32]);
        let moment = |since_rotation| Moment {
            at: 1_000,
            since_rotation,
        };
        for since_rotation in [-1, 0, 1, GRACE + 1] {
            let decision = decide(&session(3, 100_000), &other, moment(since_rotation), GRACE);
            assert!(decision == Decision::Theft);
        }
    }

    #[test]
    fn without_grace_a_repetition_counts_in_its_own_millisecond_only() {
        let decision = |since_rotation| {
            let moment = Moment {
                at: 1_000,
                since_rotation,
            };
            decision(1, 0, moment, 0)
        };
        assert_eq!((decision(0), decision(1)), ("repeat", "theft"));
    }
}
