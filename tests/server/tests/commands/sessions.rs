//! `sessions`: lists and revokes.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_a_user_are_listed_and_revoked() {
    let place = Place::new();
    let server = place.start();
    let first = sign_up(&server, "ana@ex.co").await;
    let again = form("ana@ex.co", "passw0rd").to_string();
    let second = post(&server, "/signin", None, again).await;
    let other = sign_up(&server, "eva@ex.co").await;

    let listed = json(
        &place,
        &["sessions", "list", "--user", "Ana@Ex.co", "--json"],
    );
    let user = listed["userId"].as_str().expect("it is text");
    let sessions = listed["sessions"].as_array().expect("it is a list");
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        listed,
        json(&place, &["sessions", "list", "--user", user, "--json"])
    );
    let (_, table, _) = run(&place, &["sessions", "list", "--user", user]);
    let handles: Vec<_> = sessions
        .iter()
        .map(|session| session["handle"].as_str().expect("text"))
        .collect();
    for (line, expected) in table.lines().zip(["SESSION", handles[0], handles[1]]) {
        assert!(line.starts_with(expected), "{table}");
    }
    let token = first.header("st-refresh-token");
    let secret = token.split_once('.').expect("handle and secret").1;
    assert!(!table.contains(secret) && !listed.to_string().contains(secret));

    let revoked = json(
        &place,
        &["sessions", "revoke", "--session", handles[0], "--json"],
    );
    assert_eq!(revoked["revoked"], serde_json::json!([handles[0]]));
    assert_eq!(refresh(&server, token).await.status, 401);
    let second = refresh(&server, second.header("st-refresh-token")).await;
    assert_eq!(second.status, 200, "only that one");

    let (code, text, _) = run(
        &place,
        &[
            "sessions",
            "revoke",
            "--session",
            handles[1],
            "--all-of-user",
        ],
    );
    assert_eq!(
        (code, text),
        (0, format!("Revoked 1 session:\n{}\n", handles[1]))
    );
    assert_eq!(
        refresh(&server, second.header("st-refresh-token"))
            .await
            .status,
        401
    );

    let revoked = json(
        &place,
        &["sessions", "revoke", "--user", "eva@ex.co", "--json"],
    );
    assert_eq!(revoked["revoked"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        refresh(&server, other.header("st-refresh-token"))
            .await
            .status,
        401
    );
    let (code, text, _) = run(&place, &["sessions", "list", "--user", user]);
    assert_eq!((code, text), (0, format!("{user} has no session.\n")));
}
