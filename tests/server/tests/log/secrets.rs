//! What the log must not contain.

use auth_server::Auth;
use auth_server::store::PUBLIC_TENANT;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::common::Exchange;

/// All values of an answer that no one else may know.
pub(crate) fn secrets_of(answer: &Exchange, secrets: &mut Vec<String>) {
    for name in [
        "st-access-token",
        "st-refresh-token",
        "front-token",
        "anti-csrf",
    ] {
        secrets.extend(answer.header(name).map(str::to_owned));
    }
    for name in ["sAccessToken", "sRefreshToken"] {
        secrets.extend(answer.cookie(name));
    }
}

/// What the database knows of a session, a user and the signing keys, in each form in which a log might
/// show it.
pub(crate) async fn secrets_of_the_database(
    auth: &Auth,
    email: &str,
    handle: Option<&str>,
    secrets: &mut Vec<String>,
) {
    let store = auth.store();
    if let Some(handle) = handle {
        let session = store.session(handle).await.expect("it answers");
        let session = session.expect("the session is there");
        secrets.push(session.refresh_hash);
        secrets.extend(session.previous_refresh_hash);
        secrets.extend(spellings(&session.rotation_key));
    }
    let email = email.parse().expect("an address");
    let user = store.email_password_user(PUBLIC_TENANT, &email).await;
    let (_, hash) = user.expect("it answers").expect("the user is there");
    secrets.push(hash);
    for key in store.signing_keys().await.expect("it answers") {
        secrets.extend(spellings(&key.private_key));
    }
}

/// Some bytes in the middle, as a log might spell them; how a key begins is the same for all keys.
fn spellings(bytes: &[u8]) -> [String; 4] {
    let middle = bytes.len() / 2;
    let some = &bytes[middle..middle + 12];
    let list = format!("{some:?}");
    let hex = |upper: bool| {
        let digits = some.iter().map(|byte| format!("{byte:02x}"));
        let text: String = digits.collect();
        if upper { text.to_uppercase() } else { text }
    };
    [
        list.trim_matches(['[', ']']).to_owned(),
        hex(false),
        hex(true),
        STANDARD.encode(bytes),
    ]
}
