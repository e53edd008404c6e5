//! The instruments, by the part of the server that they belong to.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::error::Error;

/// From a millisecond to ten seconds: a hash takes some 20 ms, a request gives up after a few seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

fn histograms<L: Clone + std::hash::Hash + Eq>() -> Histograms<L> {
    Family::new_with_constructor(histogram as fn() -> Histogram)
}

/// One value of a label that has few.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// Requests to the auth APIs.
#[derive(Debug, Clone)]
pub struct RequestMetrics {
    answered: Family<Answered, Counter>,
    seconds: Histograms<Operation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

impl Default for RequestMetrics {
    fn default() -> Self {
        Self {
            answered: Family::default(),
            seconds: histograms(),
        }
    }
}

impl RequestMetrics {
    /// A request was answered with this status after this time.
    pub fn answered(&self, operation: &'static str, status: u16, took: Duration) {
        let answered = Answered { operation, status };
        self.answered.get_or_create(&answered).inc();
        let seconds = self.seconds.get_or_create(&Operation { operation });
        seconds.observe(took.as_secs_f64());
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "requests",
            "Requests to the auth APIs, by operationId and status",
            self.answered.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}

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

    pub(super) fn register(&self, registry: &mut Registry) {
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

/// The password hasher and its queue.
#[derive(Debug, Clone)]
pub struct PasswordMetrics {
    /// How many wait for their turn.
    pub waiting: Gauge,
    /// How many are being hashed.
    pub running: Gauge,
    /// How many were turned away since the queue was full.
    pub refused: Counter,
    /// How long a hash takes, without waiting.
    pub seconds: Histogram,
}

impl Default for PasswordMetrics {
    fn default() -> Self {
        Self {
            waiting: Gauge::default(),
            running: Gauge::default(),
            refused: Counter::default(),
            seconds: histogram(),
        }
    }
}

impl PasswordMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "password_hashes_waiting",
            "Passwords that wait to be hashed",
            self.waiting.clone(),
        );
        registry.register(
            "password_hashes_running",
            "Passwords that are being hashed",
            self.running.clone(),
        );
        registry.register(
            "password_hashes_refused",
            "Passwords that were turned away with 503 since the queue was full",
            self.refused.clone(),
        );
        registry.register_with_unit(
            "password_hash_duration",
            "Time that a hash takes, without waiting",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}

/// The mail queue.
#[derive(Debug, Clone, Default)]
pub struct MailMetrics {
    /// Mails in the database that are not sent yet.
    pub pending: Gauge,
    /// Mails in the database that were given up.
    pub undelivered: Gauge,
    jobs: Family<Outcome, Counter>,
}

impl MailMetrics {
    /// A mail went out.
    pub fn sent(&self) {
        self.count("sent");
    }

    /// A mail failed and is tried again.
    pub fn retried(&self) {
        self.count("retried");
    }

    /// A mail was given up.
    pub fn failed(&self) {
        self.count("failed");
    }

    /// A mail was not accepted: its recipient has had enough of its kind.
    pub fn refused(&self) {
        self.count("refused");
    }

    fn count(&self, outcome: &'static str) {
        self.jobs.get_or_create(&Outcome { outcome }).inc();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "mails_waiting",
            "Mails in the database that are not sent yet, those of all servers",
            self.pending.clone(),
        );
        registry.register(
            "mails_undelivered",
            "Mails in the database that were given up, those of all servers",
            self.undelivered.clone(),
        );
        for outcome in ["sent", "retried", "failed", "refused"] {
            let _ = self.jobs.get_or_create(&Outcome { outcome });
        }
        registry.register("mails", "Mails, by what became of them", self.jobs.clone());
    }
}

/// The verbs of the store.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    seconds: Histograms<Verb>,
    errors: Family<Failed, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Verb {
    verb: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    verb: &'static str,
    kind: &'static str,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            seconds: histograms(),
            errors: Family::default(),
        }
    }
}

impl StoreMetrics {
    /// A verb was carried out, or not, after this time.
    pub fn done(&self, verb: &'static str, took: Duration, error: Option<&Error>) {
        let seconds = self.seconds.get_or_create(&Verb { verb });
        seconds.observe(took.as_secs_f64());
        let kind = match error {
            Some(Error::Unavailable { .. }) => "unavailable",
            Some(Error::Internal(_)) => "internal",
            // What a client did wrong is no failure of the database.
            Some(_) | None => return,
        };
        self.errors.get_or_create(&Failed { verb, kind }).inc();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "store_duration",
            "Time that a verb of the store takes, waiting for a connection included",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "store_errors",
            "Verbs of the store that failed",
            self.errors.clone(),
        );
    }
}

/// Connections to the database.
#[derive(Debug, Clone, Default)]
pub struct DatabaseGauges {
    connections: Family<ConnectionState, Gauge>,
    /// How many there may be.
    pub limit: Gauge,
    /// How many verbs wait for one.
    pub waiting: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionState {
    state: &'static str,
}

impl DatabaseGauges {
    /// How many connections are in use, and how many are open and idle.
    pub fn set_connections(&self, used: usize, idle: usize) {
        for (state, count) in [("used", used), ("idle", idle)] {
            let gauge = self.connections.get_or_create(&ConnectionState { state });
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "database_connections",
            "Connections to the database (SQLite: those that read)",
            self.connections.clone(),
        );
        registry.register(
            "database_connections_limit",
            "How many connections there may be",
            self.limit.clone(),
        );
        registry.register(
            "database_connections_waiting",
            "Verbs that wait for a connection (SQLite: or for their turn to write)",
            self.waiting.clone(),
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

    pub(super) fn register(&self, registry: &mut Registry) {
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
    pub(super) fn register(&self, registry: &mut Registry) {
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
