//! Sessions, the keys that sign their tokens, and what deletes those that have expired.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::Outcome;

/// Sessions that begin, go on and end.
#[derive(Debug, Clone, Default)]
pub struct SessionMetrics {
    /// Sessions that began.
    pub created: Counter,
    /// Sessions that were ended before they expired, thefts included.
    pub revoked: Counter,
    /// Refresh tokens that were used again after they were replaced; each ended a session.
    pub thefts: Counter,
    refreshes: Family<Outcome, Counter>,
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// It was replaced by its successor.
    Rotated,
    /// It had been replaced just now; the same successor was handed out again.
    Repeated,
    /// There was none, or what there was is no refresh token of this server.
    Missing,
    /// It was forged, the session was gone, or the anti-CSRF rule was not kept.
    Refused,
    /// The session had expired.
    Expired,
    /// It had been replaced before: the session was revoked.
    Theft,
    /// Others were faster, again and again; the client was asked to come back.
    Contended,
}

impl RefreshOutcome {
    const ALL: [Self; 7] = [
        Self::Rotated,
        Self::Repeated,
        Self::Missing,
        Self::Refused,
        Self::Expired,
        Self::Theft,
        Self::Contended,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Repeated => "repeated",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Theft => "theft",
            Self::Contended => "contended",
        }
    }
}

impl SessionMetrics {
    /// A refresh token was presented.
    pub fn refresh(&self, outcome: RefreshOutcome) {
        let outcome = outcome.name();
        self.refreshes.get_or_create(&Outcome { outcome }).inc();
    }

    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "sessions_created",
            "Sessions that began",
            self.created.clone(),
        );
        registry.register(
            "sessions_revoked",
            "Sessions that were ended before they expired",
            self.revoked.clone(),
        );
        registry.register(
            "session_thefts",
            "Replaced refresh tokens that were used again; each ended a session",
            self.thefts.clone(),
        );
        // Each is there from the start, so that the first one is seen to be more than none.
        for outcome in RefreshOutcome::ALL.map(RefreshOutcome::name) {
            let _ = self.refreshes.get_or_create(&Outcome { outcome });
        }
        registry.register(
            "session_refreshes",
            "Refresh tokens that were presented, by what became of them",
            self.refreshes.clone(),
        );
    }
}

/// Signing keys.
#[derive(Debug, Clone, Default)]
pub struct KeyGauges {
    age: Family<KeyKind, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyKind {
    kind: &'static str,
}

impl KeyGauges {
    /// How old the newest key of a kind is, in seconds.
    pub fn set_age(&self, rotates: bool, seconds: i64) {
        let kind = if rotates { "rotating" } else { "static" };
        self.age.get_or_create(&KeyKind { kind }).set(seconds);
    }

    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "signing_key_age",
            "Age of the newest signing key of each kind",
            Unit::Seconds,
            self.age.clone(),
        );
    }
}

/// What deletes expired sessions.
#[derive(Debug, Clone, Default)]
pub struct CleanupMetrics {
    /// Rows that were deleted: sessions, reset tokens, keys.
    pub deleted: Counter,
    /// Runs that failed.
    pub failures: Counter,
    /// When the last run ended well, in seconds since the epoch.
    pub last_success: Gauge,
}

impl CleanupMetrics {
    pub(in crate::metrics) fn register(&self, registry: &mut Registry) {
        registry.register(
            "cleanup_deleted",
            "Expired rows that were deleted: sessions, reset tokens, signing keys",
            self.deleted.clone(),
        );
        registry.register(
            "cleanup_failures",
            "Runs of the clean-up that failed",
            self.failures.clone(),
        );
        registry.register_with_unit(
            "cleanup_last_success_timestamp",
            "When the last clean-up ended well, since the epoch",
            Unit::Seconds,
            self.last_success.clone(),
        );
    }
}
