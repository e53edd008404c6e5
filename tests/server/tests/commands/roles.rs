//! `roles` and `metadata`: what an operator does beside a running server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_made_granted_listed_and_deleted_beside_a_running_server() {
    let place = Place::new();
    let server = place.start();
    sign_up(&server, "ana@ex.co").await;
    let set = [
        "roles",
        "set",
        "admin",
        "--permission",
        "read",
        "--permission",
        "write",
        "--json",
    ];
    assert_eq!(json(&place, &set), json!({ "createdNewRole": true }));
    assert_eq!(json(&place, &set), json!({ "createdNewRole": false }));
    let remove = [
        "roles",
        "remove-permissions",
        "admin",
        "--permission",
        "write",
    ];
    let (code, text, _) = run(&place, &remove);
    let removed = "The role admin has none of these permissions.\n";
    assert_eq!((code, text.as_str()), (0, removed));
    let (_, table, _) = run(&place, &["roles", "list"]);
    assert_eq!(table, "ROLE   PERMISSIONS\nadmin  read\n");
    let admin = json!({ "role": "admin", "permissions": ["read"] });
    for (permission, expected) in [("read", json!([admin])), ("write", json!([]))] {
        let list = ["roles", "list", "--with-permission", permission, "--json"];
        assert_eq!(json(&place, &list), json!({ "roles": expected }));
    }

    let grant = ["roles", "grant", "admin", "--user", "ana@ex.co", "--json"];
    let granted = json(&place, &grant);
    assert_eq!(granted["didUserAlreadyHaveRole"], false);
    let id = granted["userId"].as_str().expect("it is text").to_owned();
    assert_eq!(json(&place, &grant)["didUserAlreadyHaveRole"], true);
    let body = form("ana@ex.co", "passw0rd").to_string();
    let signed_in = post(&server, "/signin", None, body).await;
    let front = STANDARD.decode(signed_in.header("front-token"));
    let front = String::from_utf8(front.expect("it is base64")).expect("it is text");
    let claim = r#""st-role":{"v":["admin"],"t""#;
    assert!(front.contains(claim), "{front}");
    let of_user = ["roles", "of-user", "--user", &id, "--json"];
    assert_eq!(
        json(&place, &of_user),
        json!({ "userId": id, "roles": ["admin"] })
    );
    let users = ["roles", "users", "admin", "--json"];
    assert_eq!(json(&place, &users), json!({ "users": [id] }));
    let other = ["roles", "users", "admin", "--tenant", "t1", "--json"];
    assert_eq!(json(&place, &other), json!({ "users": [] }));

    let revoke = ["roles", "revoke", "admin", "--user", "ana@ex.co"];
    let (code, text, _) = run(&place, &revoke);
    assert_eq!(code, 0);
    assert!(text.contains("`sessions revoke --user"), "{text}");
    let deleted = json(&place, &["roles", "delete", "admin", "--json"]);
    assert_eq!(deleted, json!({ "deleted": "admin" }));

    for arguments in [
        vec!["roles", "delete", "admin"],
        vec!["roles", "users", "admin"],
        vec!["roles", "grant", "admin", "--user", &id],
        vec!["roles", "revoke", "admin", "--user", &id],
        vec!["roles", "remove-permissions", "admin"],
    ] {
        let (code, output, errors) = run(&place, &arguments);
        let missing = "error: there is no role admin\n";
        assert_eq!(
            (code, output.as_str(), errors.as_str()),
            (3, "", missing),
            "{arguments:?}"
        );
    }
    let (code, ..) = run(&place, &["roles", "of-user", "--user", "carl@ex.co"]);
    assert_eq!(code, 3);
    let (code, _, errors) = run(&place, &["roles", "set", " "]);
    assert_eq!(code, 1);
    assert!(errors.contains("the name of a role is empty"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_is_shown_changed_and_deleted() {
    let place = Place::new();
    let server = place.start();
    sign_up(&server, "ana@ex.co").await;
    let of_ana = |verb: &str, rest: &[&str]| -> Vec<String> {
        let before = ["metadata", verb, "--user", "ana@ex.co"];
        before.iter().chain(rest).map(|&it| it.to_owned()).collect()
    };
    let call = |verb: &str, rest: &[&str]| {
        let arguments = of_ana(verb, rest);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        json(&place, &arguments)
    };
    assert_eq!(call("get", &[]), json!({}));
    let update = r#"{"plan":"gold","trial":true}"#;
    assert_eq!(
        call("update", &[update]),
        json!({ "plan": "gold", "trial": true })
    );
    assert_eq!(
        call("update", &[r#"{"trial":null}"#]),
        json!({ "plan": "gold" })
    );
    assert_eq!(call("get", &[]), json!({ "plan": "gold" }));
    assert_eq!(call("clear", &["--json"])["cleared"], true);
    assert_eq!(call("clear", &["--json"])["cleared"], false);
    let wrong = ["metadata", "update", "--user", "ana@ex.co", "[1]"];
    let (code, _, errors) = run(&place, &wrong);
    assert_eq!(code, 2);
    assert!(errors.contains("it is no JSON object"), "{errors}");
    let (code, ..) = run(&place, &["metadata", "get", "--user", "carl@ex.co"]);
    assert_eq!(code, 3);
}
