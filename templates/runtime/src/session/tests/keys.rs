//! Signing keys over time.

use super::*;
use crate::crypto::encryption::Encryption;
use crate::crypto::schedule::OVERLAP_MS;

const INTERVAL: i64 = 168 * 3_600_000;

fn kid(answer: &Answer) -> String {
    part(answer.access(), 0)["kid"]
        .as_str()
        .expect("kid")
        .to_owned()
}

#[tokio::test]
async fn keys_overlap() {
    let server = server();
    let first = server.by_cookies().await;
    let jwks = server.sessions.jwks().await.expect("keys");
    assert_eq!(jwks.max_age_seconds, 60, "as long as a new key waits");
    assert_eq!(
        jwks.keys.len(),
        2,
        "the key that is never replaced is listed too"
    );
    assert!(jwks.keys[1].kid.starts_with("s-"));

    server.clock.set(NOW + INTERVAL - OVERLAP_MS);
    assert_eq!(
        kid(&server.by_cookies().await),
        kid(&first),
        "the older key signs for a minute"
    );
    let kids: Vec<_> = server
        .sessions
        .jwks()
        .await
        .expect("keys")
        .keys
        .into_iter()
        .map(|key| key.kid)
        .filter(|kid| kid.starts_with("d-"))
        .collect();
    assert_eq!(
        kids,
        [format!("d-{}", NOW + INTERVAL - OVERLAP_MS), kid(&first)]
    );

    server.clock.set(NOW + INTERVAL - 1);
    let last = server.by_cookies().await;
    assert_eq!(kid(&last), kid(&first));
    server.clock.set(NOW + INTERVAL);
    assert_eq!(kid(&server.by_cookies().await), kids[0]);
    assert!(
        server
            .verify(&last.as_cookies(), VerifyOptions::default())
            .await
            .is_ok()
    );

    server.clock.set(NOW + INTERVAL + 2 * 3_600_000 + 1);
    server.by_cookies().await;
    let jwks = server.sessions.jwks().await.expect("keys");
    assert_eq!(jwks.keys.len(), 2, "the first key is of no use any more");
    assert_eq!(server.sessions.purge_expired().await.expect("write"), 1);
}

#[tokio::test]
async fn a_session_outlives_a_change_of_the_kind_of_key() {
    let server = server();
    let first = server.by_cookies().await;
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let config = SessionConfig {
        use_dynamic_signing_key: false,
        ..config()
    };
    let clock = Arc::new(server.clock.clone());
    let sessions = Sessions::new(&app, config, Arc::clone(&server.store), clock);
    let server = Server {
        sessions: sessions.expect("settings"),
        ..server
    };
    let outcome = server
        .verify(&first.as_cookies(), VerifyOptions::default())
        .await;
    assert_eq!(outcome, Err(SessionError::TryRefreshToken));
    let (outcome, second) = server.refresh(&first.as_cookies()).await;
    outcome.expect("refreshed");
    assert!(kid(&second).starts_with("s-"));
    assert!(
        server
            .verify(&second.as_cookies(), VerifyOptions::default())
            .await
            .is_ok()
    );
    server.clock.advance(10 * INTERVAL);
    let third = server.by_cookies().await;
    assert_eq!(kid(&third), kid(&second), "fixed keys stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_one_store_share_keys() {
    let one = server();
    let app = app_info("http://localhost:3001", "http://localhost:3000");
    let other = || {
        let (store, clock) = (Arc::clone(&one.store), Arc::new(one.clock.clone()));
        Sessions::new(&app, config(), store, clock).expect("settings")
    };
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let sessions = other();
            tokio::spawn(async move { sessions.keys().signing(true).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("join").expect("a key");
    }
    assert_eq!(one.store.signing_keys().await.expect("read").len(), 1);
    let answer = one.by_cookies().await;
    let late = other();
    let (headers, options) = (answer.as_cookies(), VerifyOptions::default());
    let found = late
        .verify(&Method::GET, &headers, &mut Effects::new(), options)
        .await;
    assert!(
        found.is_ok_and(|session| session.is_some()),
        "an unknown key is looked for"
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_looked_for_is_no_verdict() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("auth.db");
    let url = format!("sqlite://{}", path.display());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&url).expect("store"));
    let clock = ManualClock::new(NOW);
    let start = || {
        let app = app_info("http://localhost:3001", "http://localhost:3000");
        let (store, clock) = (Arc::clone(&store), Arc::new(clock.clone()));
        Sessions::new(&app, config(), store, clock).expect("settings")
    };
    let server = Server {
        sessions: start(),
        store: Arc::clone(&store),
        clock: clock.clone(),
    };
    let headers = server.by_cookies().await.as_cookies();

    let late = start();
    let disk = rusqlite::Connection::open(path).expect("open");
    disk.execute_batch("ALTER TABLE signing_keys RENAME TO lost")
        .expect("break it");
    // The first one looks; the others of the same moment rely on it.
    for _ in 0..3 {
        let (mut fx, options) = (Effects::new(), VerifyOptions::default());
        let outcome = late.verify(&Method::GET, &headers, &mut fx, options).await;
        let failed = matches!(outcome, Err(Error::Internal(_) | Error::Unavailable { .. }));
        assert!(failed && fx.is_empty(), "{outcome:?}");
    }
    disk.execute_batch("ALTER TABLE lost RENAME TO signing_keys")
        .expect("repair it");
    clock.advance(500);
    let (mut fx, options) = (Effects::new(), VerifyOptions::default());
    let outcome = late.verify(&Method::GET, &headers, &mut fx, options).await;
    assert!(outcome.is_ok_and(|session| session.is_some()));
}

const FIRST: &str = "a3f1c2d4e5b60718293a4b5c6d7e8f90";
const SECOND: &str = "00112233445566778899aabbccddeeff";

impl Server {
    /// Another server on the same database, with these secrets; or why it does not start.
    async fn with_secrets(&self, secrets: &[&str]) -> Result<Server, String> {
        let config = SessionConfig {
            signing_key_encryption: Encryption::under(secrets).expect("they are long enough"),
            ..config()
        };
        let (store, clock) = (Arc::clone(&self.store), self.clock.clone());
        let app_info = app_info("http://localhost:3001", "http://localhost:3000");
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let sessions = Sessions::new(&app_info, config, Arc::clone(&store), shared);
        let sessions = sessions.expect("settings");
        let opened = sessions.keys().encrypt_anew().await;
        opened.map_err(|error| error.to_string())?;
        Ok(Server {
            sessions,
            store,
            clock,
        })
    }

    async fn takes(&self, answer: &Answer) -> bool {
        let options = VerifyOptions::default();
        self.verify(&answer.as_cookies(), options).await.is_ok()
    }

    async fn private_key(&self) -> Vec<u8> {
        let mut keys = self.store.signing_keys().await.expect("read");
        assert_eq!(keys.len(), 1);
        keys.remove(0).private_key
    }
}

#[tokio::test]
async fn keys_are_encrypted_when_there_is_a_secret_and_anew_when_it_is_replaced() {
    let plain = server();
    let first = plain.by_cookies().await;
    let pkcs8 = plain.private_key().await;
    assert_eq!(pkcs8[0], 0x30, "a DER sequence");

    let encrypted = plain.with_secrets(&[FIRST]).await.expect("it starts");
    assert!(encrypted.takes(&first).await, "the key is the same");
    let before = encrypted.private_key().await;
    assert!(
        !before
            .windows(16)
            .any(|part| pkcs8.windows(16).any(|other| part == other))
    );

    let both = plain
        .with_secrets(&[SECOND, FIRST])
        .await
        .expect("it starts");
    assert_ne!(both.private_key().await, before, "under the new secret now");
    let later = plain.with_secrets(&[SECOND]).await.expect("it starts");
    assert!(later.takes(&first).await && later.takes(&encrypted.by_cookies().await).await);
}

#[tokio::test]
async fn a_key_that_is_made_under_a_secret_is_never_stored_in_the_clear() {
    let server = server().with_secrets(&[FIRST]).await.expect("it starts");
    let answer = server.by_cookies().await;
    assert!(server.private_key().await.starts_with(b"enc1"));
    let other = server.with_secrets(&[FIRST]).await.expect("it starts");
    assert!(other.takes(&answer).await);
}

#[tokio::test]
async fn a_secret_that_is_missing_or_wrong_stops_the_start_and_says_what_to_do() {
    let server = server().with_secrets(&[FIRST]).await.expect("it starts");
    let answer = server.by_cookies().await;
    let kid = kid(&answer);
    let error = server.with_secrets(&[]).await.err().expect("it cannot");
    assert!(
        error.contains(&format!(
            "the signing key {kid} is encrypted: set AUTH_ENCRYPTION_SECRET"
        )),
        "{error}"
    );
    let error = server
        .with_secrets(&[SECOND])
        .await
        .err()
        .expect("it cannot");
    assert!(
        error.contains("under another secret: add that one"),
        "{error}"
    );
    assert!(!error.contains(SECOND) && !error.contains(FIRST));
    assert!(server.takes(&answer).await, "the one that has it goes on");
}
