//! A database that is locked, overloaded, unreachable or down.

use super::super::attempts::QUERY_TIMEOUT;
use super::relay::Relay;
use super::*;
use crate::app_info::{AppInfo, AppInfoInput};
use crate::auth::{Auth, Readiness};
use crate::config::{Config, Secret};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_answer_is_unavailable() {
    in_schema("a locked database", |url| async move {
        let url = format!("{url}%20-cstatement_timeout%3D200");
        let store = open(&url).await;
        verbs(&store)
            .create_session(session("s"))
            .await
            .expect("write");
        let mut other = store.pool.get().await.expect("connect");
        let lock = other.transaction().await.expect("begin");
        lock.batch_execute("LOCK TABLE sessions")
            .await
            .expect("lock");
        for outcome in [
            verbs(&store).session("s").await.map(drop),
            verbs(&store).create_session(session("t")).await,
        ] {
            assert!(matches!(outcome, Err(Error::Unavailable { .. })));
        }
        lock.rollback().await.expect("unlock");
        assert!(verbs(&store).session("s").await.expect("read").is_some());
        assert!(verbs(&store).session("t").await.expect("read").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_used_up_is_unavailable() {
    in_schema("a pool that is used up", |url| async move {
        let store = PostgresStore::open(&url, 1).await.expect("open");
        let _held = store.pool.get().await.expect("connect");
        let outcome = verbs(&store).session("s").await;
        assert!(matches!(outcome, Err(Error::Unavailable { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_down_is_used_again() {
    in_schema("a database that was gone", |url| async move {
        let mut relay = Relay::start(&url).await;
        let store = open(&relay.url).await;
        verbs(&store)
            .create_session(session("s"))
            .await
            .expect("write");
        relay.stop();
        for _ in 0..3 {
            let outcome = verbs(&store).session("s").await;
            assert!(matches!(outcome, Err(Error::Unavailable { .. })));
        }
        relay.restart().await;
        assert!(verbs(&store).session("s").await.expect("read").is_some());
        verbs(&store)
            .create_session(session("t"))
            .await
            .expect("write");

        // A network that swallows everything: a bounded wait, then 503, then a new connection.
        relay.swallow(true);
        let outcome = tokio::time::timeout(QUERY_TIMEOUT * 2, verbs(&store).session("s")).await;
        assert!(matches!(outcome, Ok(Err(Error::Unavailable { .. }))));
        relay.swallow(false);
        assert!(verbs(&store).session("s").await.expect("read").is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_is_down_or_silent_is_not_ready() {
    in_schema("readiness", |url| async move {
        let mut relay = Relay::start(&url).await;
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("it is right"));
        config.database_url = Secret::new(relay.url.clone());
        let auth = Auth::open(config).await.expect("it opens");
        // Within the time limit of a probe, and noticed within the time that an answer counts.
        let becomes = async |expected| {
            for _ in 0..10 {
                let looked = tokio::time::timeout(Duration::from_secs(3), auth.readiness()).await;
                if looked.expect("it is bounded") == expected {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            panic!("never {expected:?}");
        };
        becomes(Readiness::Ready).await;
        relay.stop();
        becomes(Readiness::NoDatabase).await;
        relay.restart().await;
        becomes(Readiness::Ready).await;
        relay.swallow(true);
        becomes(Readiness::NoDatabase).await;
        relay.swallow(false);
        becomes(Readiness::Ready).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_cut_are_replaced() {
    in_schema("connections that were cut", |url| async move {
        let store = open(&url).await;
        verbs(&store)
            .create_session(session("s"))
            .await
            .expect("write");
        for _ in 0..5 {
            admin(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = 'auth-server' AND pid <> pg_backend_pid()
                   AND state = 'idle' AND query LIKE '%sessions%'",
            )
            .await;
            assert!(verbs(&store).session("s").await.expect("read").is_some());
        }
    })
    .await;
}
