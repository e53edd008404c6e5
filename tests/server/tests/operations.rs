//! What operators see of a server: probes, request ids, clean-up, keys that are replaced by hand.

mod common;

use std::time::{Duration, Instant};

use auth_server::store::Purge;
use auth_server::{Auth, Endpoints, NewSessionFor};
use axum::Router;
use axum::routing::get;
use common::Server;

const DAY: i64 = 24 * 3_600_000;

/// What the program serves, and the metrics beside it.
fn everything(auth: Auth) -> Router {
    let operations = auth_server::operations_router(&auth);
    let program = auth_server::standalone(auth, Endpoints::new());
    Router::new()
        .nest("/admin", operations)
        .fallback_service(program)
}

#[tokio::test]
async fn probes_are_answered_and_may_not_be_kept() {
    let server = Server::start_app(|_| {}, everything).await;
    for path in ["/livez", "/readyz", "/admin/livez", "/admin/readyz"] {
        let answer = server.get(path).send().await;
        assert_eq!(answer.brief(), r#"200 {"status":"ok"}"#, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert_eq!(server.post("/livez").send().await.status, 405);
    assert_eq!(server.get("/metrics").send().await.status, 404);
    assert_eq!(server.get("/admin/metrics").send().await.status, 200);
    server.auth.begin_to_stop();
    let answer = server.get("/readyz").send().await;
    assert_eq!(answer.brief(), r#"503 {"status":"stopping"}"#);
    assert_eq!(server.get("/livez").send().await.status, 200);
}

#[tokio::test]
async fn the_layer_leaves_probes_to_the_application() {
    let app = |auth: Auth| {
        Router::new()
            .route("/livez", get(|| async { "mine" }))
            .layer(auth_server::layer(auth, Endpoints::new()))
    };
    let server = Server::start_app(|_| {}, app).await;
    assert_eq!(server.get("/livez").send().await.brief(), "200 mine");
    assert_eq!(server.get("/readyz").send().await.status, 404);
}

#[tokio::test]
async fn a_server_without_its_database_is_alive_and_not_ready() {
    let folder = tempfile::TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("own.db");
    let url = format!("sqlite://{}", path.display());
    let store = auth_server::store::SqliteStore::open(&url).expect("it opens");
    let build = |builder: auth_server::auth::AuthBuilder| builder.store(store);
    let server = Server::start_built(|_| {}, build, everything).await;
    let becomes = async |expected: &str| {
        let started = Instant::now();
        loop {
            let asked = Instant::now();
            let answer = server.get("/readyz").send().await.brief();
            assert!(asked.elapsed() < Duration::from_secs(4), "it is bounded");
            if answer == expected {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "still {answer}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let (ready, not_ready) = (r#"200 {"status":"ok"}"#, r#"503 {"status":"no database"}"#);
    becomes(ready).await;
    // The database is broken and repaired, then locked.
    let other = rusqlite::Connection::open(&path).expect("it opens");
    for (harm, cure) in [
        (
            "ALTER TABLE auth_migrations RENAME TO gone",
            "ALTER TABLE gone RENAME TO auth_migrations",
        ),
        ("BEGIN IMMEDIATE", "ROLLBACK"),
    ] {
        other.execute_batch(harm).expect(harm);
        becomes(not_ready).await;
        assert_eq!(server.get("/livez").send().await.status, 200);
        other.execute_batch(cure).expect(cure);
        becomes(ready).await;
    }
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let server = Server::start_app(|_| {}, everything).await;
    for path in ["/auth/nope", "/nope", "/livez", "/auth/jwt/jwks.json"] {
        let kept = server
            .get(path)
            .header("x-request-id", "edge-1/2")
            .send()
            .await;
        assert_eq!(kept.header("x-request-id"), Some("edge-1/2"), "{path}");
        let odd = server.get(path).header("x-request-id", "a b").send().await;
        let id = odd.header("x-request-id").expect("it has one");
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
    }
}

/// So many sessions of one user.
async fn begin_sessions(server: &Server, count: usize) {
    for _ in 0..count {
        let new = NewSessionFor::user("ana");
        let begun = server.auth.sessions();
        let begun = begun.create_without_request(new, auth_server::session::TransferMethod::Header);
        begun.await.expect("it is stored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_is_deleted_by_several_servers_at_once() {
    let server = Server::start().await;
    begin_sessions(&server, 30).await;
    server.clock.advance(99 * DAY);
    begin_sessions(&server, 3).await;
    assert_eq!(
        server.auth.clean_up().await.expect("it is stored"),
        1,
        "the first key"
    );
    server.clock.advance(2 * DAY);
    let (one, two, three) = tokio::join!(
        server.auth.clean_up(),
        server.auth.clean_up(),
        server.auth.clean_up(),
    );
    let gone: u64 = [one, two, three]
        .map(|gone| gone.expect("it is stored"))
        .iter()
        .sum();
    assert_eq!(gone, 30, "each once");
    let left = server
        .auth
        .sessions()
        .list("ana", None)
        .await
        .expect("it is read");
    assert_eq!(left.len(), 3);
    let metrics = server.auth.metrics_text().expect("it is text");
    assert!(
        metrics.contains("\nauth_cleanup_deleted_total 31\n"),
        "{metrics}"
    );
    let now = auth_server::clock::Clock::now(&server.clock) / 1000;
    let last = format!("\nauth_cleanup_last_success_timestamp_seconds {now}\n");
    assert!(metrics.contains(&last), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_is_deleted_without_a_command() {
    let interval = Duration::from_millis(50);
    let server = Server::start_with(|config| config.cleanup_interval = interval).await;
    begin_sessions(&server, 2).await;
    server.clock.advance(101 * DAY);
    let started = Instant::now();
    loop {
        let metrics = server.auth.metrics_text().expect("it is text");
        // Two sessions and the key that signed their tokens.
        if metrics.contains("\nauth_cleanup_deleted_total 3\n") {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{metrics}");
        tokio::time::sleep(interval).await;
    }
    let nothing = Purge {
        expired_until: i64::MAX,
        keys_created_before: i64::MIN,
    };
    let left = server
        .auth
        .store()
        .purge(nothing)
        .await
        .expect("it is read");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_new_key_signs_after_the_longest_life_of_a_published_copy() {
    let server = Server::start().await;
    begin_sessions(&server, 1).await;
    server.clock.advance(DAY);
    let keys = server.auth.sessions().keys();
    let old = keys
        .signing(true)
        .await
        .expect("there is one")
        .jwk()
        .kid
        .clone();
    // A copy that was fetched in the last moment before…
    let copy = server.get("/auth/jwt/jwks.json").send().await;
    let life = copy.header("cache-control").expect("it may be kept");
    let life = life
        .strip_prefix("max-age=")
        .and_then(|life| life.split(',').next());
    let life: i64 = life.expect("for so long").parse().expect("seconds");
    let new = keys.rotate(true).await.expect("it is stored");
    // …is thrown away before a token comes that it does not know.
    let signing = async || {
        keys.signing(true)
            .await
            .expect("there is one")
            .jwk()
            .kid
            .clone()
    };
    server.clock.advance(life * 1000 - 1);
    assert_eq!(signing().await, old);
    server.clock.advance(1);
    assert_eq!(signing().await, new);
    assert!(
        keys.verifying(&old).await.expect("it is read").is_some(),
        "its tokens count on"
    );
}

#[tokio::test]
async fn the_static_key_can_be_replaced_too() {
    let server = Server::start_with(|config| config.session.use_dynamic_signing_key = false).await;
    begin_sessions(&server, 1).await;
    let keys = server.auth.sessions().keys();
    let signing = async || {
        keys.signing(false)
            .await
            .expect("there is one")
            .jwk()
            .kid
            .clone()
    };
    let old = signing().await;
    server.clock.advance(DAY);
    let new = keys.rotate(false).await.expect("it is stored");
    assert_eq!(signing().await, old);
    server.clock.advance(60_000);
    assert_eq!(signing().await, new);
    let (newest, removed) = keys.replace_leaked(false).await.expect("it is stored");
    assert_eq!(signing().await, newest);
    assert_eq!(removed, [new.clone(), old.clone()]);
    for gone in [new, old] {
        assert!(keys.verifying(&gone).await.expect("it is read").is_none());
    }
}
