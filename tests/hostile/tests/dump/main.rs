//! A stolen database: every value of a real one, after sign-ups, refreshes, a sign-out and requests for a
//! new password, is presented in every place where tokens are taken, as it is, decoded, encoded, and put
//! together as an attacker would who knows the source code.
//!
//! On SQLite always; on PostgreSQL, too, with `AUTH_TEST_POSTGRES_URL`.

#[path = "../../../server/tests/common/database.rs"]
mod database;
mod server;
mod spoils;

use auth_hostile::figures;
use auth_server::crypto::keys::{Algorithm, SigningKey};
use auth_server::session::{JwtOptions, TransferMethod, VerifyOptions};
use serde_json::{Map, json};
use tempfile::TempDir;

use crate::database::Schema;
use crate::server::Server;
use crate::spoils::{Spoils, contains, sqlite_files};

const SECRET: &str = "4b1d0f5c7a9e3826d0c4b8f1a2e6957c";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_stolen_sqlite_database_is_a_token() {
    let folder = TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("auth.db");
    let server = Server::start(&format!("sqlite://{}", path.display()), Some(SECRET)).await;
    let sent = server.live().await;
    let spoils = Spoils::of_sqlite(&path);
    assert_eq!(spoils.values("mail_outbox", "payload").len(), 1);
    sent.occur_nowhere_in(&spoils);
    for (name, bytes) in sqlite_files(&path) {
        for (what, secret) in sent.secrets() {
            assert!(!contains(&bytes, &secret), "{what} is in the file {name}");
        }
    }
    let proof = server.is_proof_against(&spoils, &sent).await;
    figures("a stolen SQLite", &proof);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_stolen_postgres_database_is_a_token() {
    let Some(schema) = Schema::new() else {
        let skipped = "skipped, AUTH_TEST_POSTGRES_URL is not set";
        figures("a stolen PostgreSQL", skipped);
        return;
    };
    let server = Server::start(&schema.url, Some(SECRET)).await;
    let sent = server.live().await;
    let spoils = Spoils::of_postgres(&schema.url).await;
    assert_eq!(spoils.values("mail_outbox", "payload").len(), 1);
    sent.occur_nowhere_in(&spoils);
    let proof = server.is_proof_against(&spoils, &sent).await;
    figures("a stolen PostgreSQL", &proof);
}

/// The one thing in the database that gives access to an account, and what the secret is
/// for; and the proof that a value that counts would be noticed.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_a_thief_can_sign_and_with_one_not() {
    for secret in [None, Some(SECRET)] {
        let folder = TempDir::new().expect("there is room for a folder");
        let path = folder.path().join("auth.db");
        let server = Server::start(&format!("sqlite://{}", path.display()), secret).await;
        let sent = server.live().await;
        let spoils = Spoils::of_sqlite(&path);
        let kid = spoils.texts("signing_keys", "kid").remove(0);
        let user = spoils.texts("sessions", "user_id").remove(0);
        let claims = json!({
            "sub": user, "rsub": user, "tId": "public", "sessionHandle": "h", "refreshTokenHash1": "x",
            "iat": sent.now / 1000, "exp": sent.now / 1000 + 3600,
        });
        let mut forged = 0;
        for value in spoils.forms() {
            let Ok(key) = SigningKey::parse(&kid, Algorithm::Es256, &value) else {
                continue;
            };
            let claims = claims.as_object().expect("it is an object");
            let token = key.sign(Some("5"), claims).expect("it signs");
            let options = VerifyOptions::default();
            let sessions = server.auth.sessions();
            let session =
                sessions.verify_without_request(&token, None, TransferMethod::Header, options);
            forged += usize::from(session.await.is_ok_and(|session| session.is_some()));
        }
        match secret {
            None => assert!(
                forged > 0,
                "the signing key is in the clear: the thief can sign"
            ),
            Some(_) => assert_eq!(forged, 0),
        }
    }
}

/// A secret that is set later encrypts the keys that there are, and leaves no copy in the file.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_comes_later_leaves_no_key_behind() {
    let folder = TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("auth.db");
    let url = format!("sqlite://{}", path.display());
    let server = Server::start(&url, None).await;
    let sent = server.live().await;
    // Two keys, so that what replaces the first is not written over it by chance.
    let jwt = server.auth.sessions();
    let jwt = jwt.create_jwt(Map::new(), JwtOptions::default()).await;
    jwt.expect("there is a key that does not rotate");
    let keys = Spoils::of_sqlite(&path).values("signing_keys", "private_key");
    assert_eq!(keys.len(), 2);
    // The private scalar is in the middle of it, behind what all keys on P-256 have in common.
    let found = || {
        let files = sqlite_files(&path);
        let holds = |private| files.iter().any(|(_, bytes)| contains(bytes, private));
        keys.iter().filter(|key| holds(&key[36..68])).count()
    };
    assert_eq!(found(), 2, "so they can be found");
    drop(server);
    let server = Server::start(&url, Some(SECRET)).await;
    assert_eq!(found(), 0, "neither in the database nor in its log");
    let options = VerifyOptions::default();
    let sessions = server.auth.sessions();
    let access = &sent.access[0];
    let session = sessions
        .verify_without_request(access, None, TransferMethod::Header, options)
        .await;
    assert!(
        session.is_ok_and(|session| session.is_some()),
        "it is the same key"
    );
}
