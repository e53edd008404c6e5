//! Random histories of one session, through the whole engine and its store, against a model.
//!
//! A few clients share a session. Each holds the token that it was handed last; answers get lost, time
//! passes, several ask at once, and a thief may present what was current long ago. The model counts
//! generations and knows nothing of hashes, keys and rows.

use std::sync::Arc;

use auth_server::app_info::{AppInfo, AppInfoInput};
use auth_server::clock::{Clock, ManualClock};
use auth_server::crypto::keys::Algorithm;
use auth_server::error::SessionError;
use auth_server::session::{SessionConfig, Sessions, TransferMethod};
use auth_server::store::{SqliteStore, Store};
use auth_server::{Error, NewSessionFor};
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000_000;
const GRACE: i64 = 30_000;
const CLIENTS: usize = 4;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// A client refreshes with what it holds; its answer may get lost.
    Refresh { client: usize, lost: bool },
    /// So many ask at once with what a client holds.
    Burst { client: usize, requests: usize },
    /// A client presents what was current so many generations ago.
    Replay { ago: usize },
    /// So many milliseconds pass.
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let client = || 0..CLIENTS;
    prop_oneof![
        6 => (client(), prop::bool::weighted(0.3)).prop_map(|(client, lost)| Step::Refresh { client, lost }),
        3 => (client(), 2..9_usize).prop_map(|(client, requests)| Step::Burst { client, requests }),
        1 => (1..4_usize).prop_map(|ago| Step::Replay { ago }),
        3 => prop_oneof![1..100_i64, Just(GRACE - 1), Just(GRACE), Just(GRACE + 1), 1..7_200_000_i64].prop_map(Step::Wait),
    ]
}

fn sessions(clock: &ManualClock) -> Sessions {
    let app_info = AppInfo::normalise(&AppInfoInput {
        app_name: Some("Test".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    });
    let config = SessionConfig {
        signing_algorithm: Algorithm::EdDsa,
        rotation_grace_ms: GRACE,
        ..SessionConfig::default()
    };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open("sqlite::memory:").expect("it opens"));
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    Sessions::new(&app_info.expect("it is right"), config, store, clock).expect("they work")
}

/// The engine, and what the model knows.
struct World {
    sessions: Sessions,
    clock: ManualClock,
    /// Each generation of the token, as it was handed out.
    tokens: Vec<String>,
    /// When the current one replaced the one before.
    since: i64,
    /// Which generation each client holds.
    held: [usize; CLIENTS],
    stolen: bool,
}

impl World {
    async fn new() -> Self {
        let clock = ManualClock::new(NOW);
        let sessions = sessions(&clock);
        let begun = sessions
            .create_without_request(NewSessionFor::user("ana"), TransferMethod::Header)
            .await;
        let tokens = begun.expect("a session").1;
        Self {
            sessions,
            clock,
            tokens: vec![tokens.refresh_token.expect("it is new")],
            since: NOW,
            held: [0; CLIENTS],
            stolen: false,
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Wait(milliseconds) => self.clock.advance(milliseconds),
            Step::Refresh { client, lost } => {
                let handed_out = self.present(self.held[client], 1).await;
                if let (Some(generation), false) = (handed_out, lost) {
                    self.held[client] = generation;
                }
            }
            Step::Burst { client, requests } => {
                if let Some(generation) = self.present(self.held[client], requests).await {
                    self.held[client] = generation;
                }
            }
            Step::Replay { ago } => {
                if let Some(generation) = (self.tokens.len() - 1).checked_sub(ago) {
                    self.present(generation, 1).await;
                }
            }
        }
    }

    /// Several requests present a generation at once; which one they are handed.
    async fn present(&mut self, generation: usize, requests: usize) -> Option<usize> {
        let token = self.tokens[generation].clone();
        let tasks: Vec<_> = (0..requests)
            .map(|_| {
                let (sessions, token) = (self.sessions.clone(), token.clone());
                tokio::spawn(async move {
                    let refreshed = sessions
                        .refresh_without_request(&token, None, TransferMethod::Header)
                        .await;
                    refreshed.map(|(_, tokens)| tokens.refresh_token.expect("it is new"))
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.expect("no request panics"));
        }
        let (current, now) = (self.tokens.len() - 1, self.clock.now());
        let is_previous = generation + 1 == current && now - self.since <= GRACE;
        if self.stolen {
            assert!(outcomes.iter().all(is_over), "it rose again: {outcomes:?}");
            return None;
        }
        if generation != current && !is_previous {
            let theft = |outcome: &&Result<_, _>| {
                matches!(
                    outcome,
                    Err(Error::Session(SessionError::TokenTheft { .. }))
                )
            };
            assert!(
                outcomes.iter().any(|outcome| theft(&outcome)),
                "{outcomes:?}"
            );
            assert!(
                outcomes
                    .iter()
                    .all(|outcome| theft(&outcome) || is_over(outcome))
            );
            self.stolen = true;
            return None;
        }
        for outcome in outcomes {
            let handed_out = outcome.expect("no theft");
            if generation == current && self.tokens.len() == current + 1 {
                self.tokens.push(handed_out.clone());
                self.since = now;
            }
            assert_eq!(Some(&handed_out), self.tokens.last(), "one lineage");
        }
        Some(self.tokens.len() - 1)
    }
}

fn is_over<T>(outcome: &Result<T, Error>) -> bool {
    let over = SessionError::Unauthorised { clear_tokens: true };
    matches!(outcome, Err(Error::Session(error)) if *error == over)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_history_is_as_the_model_says(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("it starts").block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.take(step).await;
            }
        });
    }
}
