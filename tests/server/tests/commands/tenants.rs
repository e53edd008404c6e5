//! `tenants`: makes, changes, lists and deletes.

use std::fs;

use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn tenants_are_made_changed_listed_and_deleted_beside_a_running_server() {
    let place = Place::new();
    let server = place.start();
    let status = async |path: &str| {
        let body = form("ana@ex.co", "passw0rd").to_string();
        post(&server, path, None, body).await.status
    };
    assert_eq!(status("/t1/signup").await, 404);
    let made = json(&place, &["tenants", "set", "T1", "--json"]);
    let t1 = json!({"tenantId": "t1", "firstFactors": null, "providers": []});
    assert_eq!(made, json!({"created": true, "tenant": t1}));
    assert_eq!(status("/t1/signup").await, 200);

    let set = [
        "tenants",
        "set",
        "t1",
        "--first-factors",
        "otp-email, custom",
    ];
    let (code, text, _) = run(&place, &set);
    assert_eq!((code, text.as_str()), (0, "The tenant t1 is changed.\n"));
    assert_eq!(status("/t1/signin").await, 401);
    // What is not given stays as it is.
    let file = place.folder.path().join("providers.json");
    let provider = json!([{"thirdPartyId": "google",
        "clients": [{"clientId": "c", "clientSecret": "hidden"}]}]);
    fs::write(&file, provider.to_string()).expect("it is written");
    let file = file.display().to_string();
    let changed = json(
        &place,
        &["tenants", "set", "t1", "--providers", &file, "--json"],
    );
    assert_eq!(changed["created"], false);
    let listed = json(&place, &["tenants", "list", "--json"]);
    let t1 =
        json!({"tenantId": "t1", "firstFactors": ["otp-email", "custom"], "providers": ["google"]});
    let public = json!({"tenantId": "public", "firstFactors": null, "providers": []});
    assert_eq!(listed, json!({"tenants": [public, t1]}));
    let (_, table, _) = run(&place, &["tenants", "list"]);
    assert_eq!(
        table,
        "TENANT  FIRST FACTORS      PROVIDERS\n\
         public  all of the server  of the settings\n\
         t1      otp-email, custom  google\n"
    );

    let apply = place.folder.path().join("tenants.json");
    let tenants = json!([{"tenantId": "t1"}, {"tenantId": "t2", "firstFactors": []}]);
    fs::write(&apply, tenants.to_string()).expect("it is written");
    let apply = apply.display().to_string();
    let applied = json(&place, &["tenants", "apply", &apply, "--json"]);
    assert_eq!(applied, json!({"created": 1, "changed": 1}));
    assert_eq!(status("/t1/signin").await, 200);
    assert_eq!(status("/t2/signup").await, 401);
    let (_, table, _) = run(&place, &["tenants", "list"]);
    assert!(
        table.ends_with("t2      none               of the settings\n"),
        "{table}"
    );

    let (code, output, errors) = run(&place, &["tenants", "delete", "t1"]);
    assert_eq!((code, output.as_str()), (1, ""));
    assert!(errors.contains("--with-users"), "{errors}");
    let deleted = json(
        &place,
        &["tenants", "delete", "t1", "--with-users", "--json"],
    );
    assert_eq!(deleted, json!({"deletedUsers": 1}));
    assert_eq!(status("/t1/signin").await, 404);
    assert_eq!(status("/signup").await, 200);
}

#[test]
fn what_cannot_be_done_with_tenants_is_said() {
    let place = Place::new();
    drop(place.start());
    for (arguments, code, part) in [
        (&["tenants", "set", "a_b"][..], 1, "1 to 64 letters"),
        (&["tenants", "set", "users"], 1, "cannot be the id"),
        (
            &["tenants", "set", "t1", "--first-factors", "a b"],
            1,
            "`a b`",
        ),
        (
            &["tenants", "set", "t1", "--providers", "/nowhere"],
            1,
            "cannot be read",
        ),
        (&["tenants", "apply", "/nowhere"], 1, "cannot be read"),
        (&["tenants", "delete", "nosuch"], 3, "nosuch"),
        (&["tenants", "delete", "public"], 1, "cannot be deleted"),
        (&["tenants"], 2, "Usage"),
        (&["tenants", "burn"], 2, "burn"),
        (
            &[
                "tenants",
                "set",
                "t1",
                "--first-factors",
                "x",
                "--all-first-factors",
            ],
            2,
            "cannot be used with",
        ),
    ] {
        let (found, output, errors) = run(&place, arguments);
        assert_eq!(
            (found, output.as_str()),
            (code, ""),
            "{arguments:?}: {errors}"
        );
        assert!(errors.contains(part), "{arguments:?}: {errors}");
    }
    let (code, output, _) = run(&place, &["--help"]);
    assert!(code == 0 && output.contains("tenants"), "{output}");
}
