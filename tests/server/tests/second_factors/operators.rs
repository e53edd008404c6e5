//! What an application and an operator do about the apps of a user, and the events of it.

use std::sync::{Arc, Mutex};

use super::*;
use events::AuthEvent;

/// Exit code, output and errors of a command on the database of a server.
fn run(server: &Server, arguments: &[&str]) -> (i32, String, String) {
    let mut command = server.command();
    let output = command.env_remove("RUST_LOG").args(arguments).output();
    let output = output.expect("the program was built");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    let code = output.status.code().expect("it ended by itself");
    (code, text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_removes_the_apps_that_a_user_has_lost() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    ana.create("tablet").await;
    // Wrong codes are forgotten with them.
    for _ in 0..6 {
        ana.verify(wrong(&secret, ana.now())).await;
    }
    let of_ana = ["--user", "ana@ex.co"];
    let with =
        |verb: &'static str, more: &[&'static str]| [&["totp", verb][..], &of_ana, more].concat();
    let (code, table, _) = run(&server, &with("list", &[]));
    let expected =
        "AUTHENTICATOR APP  STATE\nphone              verified\ntablet             not verified\n";
    assert_eq!((code, table.as_str()), (0, expected));
    let (_, listed, _) = run(&server, &with("list", &["--json"]));
    let listed: Value = serde_json::from_str(&listed).expect("it is JSON");
    let id = listed["userId"].as_str().expect("it is a text").to_owned();
    let devices =
        json!([{"name": "phone", "verified": true}, {"name": "tablet", "verified": false}]);
    assert_eq!(listed["devices"], devices);
    assert!(!listed.to_string().to_lowercase().contains("secret"));

    let (code, _, errors) = run(&server, &with("reset", &["--device", "nosuch"]));
    assert_eq!(code, 3, "{errors}");
    let (code, output, _) = run(&server, &with("reset", &["--device", "tablet"]));
    assert_eq!(
        (code, output),
        (0, format!("Removed 1 authenticator app of {id}.\n"))
    );
    let (code, output, _) = run(&server, &with("reset", &["--json"]));
    let removed: Value = serde_json::from_str(&output).expect("it is JSON");
    assert_eq!((code, removed), (0, json!({"userId": id, "removed": 1})));
    let (_, output, _) = run(&server, &with("reset", &[]));
    assert_eq!(output, format!("{id} had no authenticator app.\n"));
    let (_, output, _) = run(&server, &with("list", &[]));
    assert_eq!(output, format!("{id} has no authenticator app.\n"));
    for verb in ["list", "reset"] {
        let (code, _, errors) = run(&server, &["totp", verb, "--user", "eva@ex.co"]);
        assert_eq!(code, 3, "{errors}");
    }

    // The password is enough to set up another one.
    let mut ana = Client::sign_in(&server, "ana@ex.co").await;
    ana.protect("new phone").await;
}

#[tokio::test]
async fn an_application_learns_what_changes_and_changes_it() {
    let heard: Arc<Mutex<Vec<AuthEvent>>> = Arc::default();
    let listening = Arc::clone(&heard);
    let build = |builder: auth::AuthBuilder| {
        builder.on_event(move |event: AuthEvent, _: Auth| {
            listening
                .lock()
                .expect("no test panics with it")
                .push(event);
            std::future::ready(Ok(()))
        })
    };
    let app = |auth| router(auth, Endpoints::new());
    let server = Server::start_built(|_| {}, build, app).await;
    let names = async || -> Vec<String> {
        server.auth.events_handled().await;
        let events = std::mem::take(&mut *heard.lock().expect("no test panics with it"));
        let shown = events.iter().map(|event| match event {
            AuthEvent::FactorAdded { factor, name, .. } => format!("+{factor} {name}"),
            AuthEvent::FactorRemoved { factor, name, .. } => format!("-{factor} {name}"),
            AuthEvent::SignInFailed {
                recipe_id,
                account: Some(account),
                ..
            } => format!("!{recipe_id} {account}"),
            other => other.name().to_owned(),
        });
        shown.collect()
    };
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    assert_eq!(names().await, ["signed-up", "session-created"]);
    let secret = ana.protect("phone").await;
    ana.create("tablet").await;
    assert_eq!(names().await, ["+totp phone"]);
    ana.verify(wrong(&secret, ana.now())).await;
    let failed = names().await;
    let user = failed[0]
        .strip_prefix("!totp ")
        .expect("it names the user")
        .to_owned();

    let totp = server.auth.totp();
    let listed = totp.list(&user).await.expect("it reads");
    let listed: Vec<_> = listed
        .iter()
        .map(|device| (device.name.as_str(), device.verified))
        .collect();
    assert_eq!(listed, [("phone", true), ("tablet", false)]);
    assert!(totp.remove(&user, "tablet").await.expect("it writes"));
    assert!(!totp.remove(&user, "tablet").await.expect("it writes"));
    assert!(!totp.remove("nobody", "phone").await.expect("it writes"));
    // What never counted is no event.
    assert_eq!(names().await, Vec::<String>::new());
    assert_eq!(totp.reset(&user).await.expect("it writes"), 1);
    assert_eq!(totp.reset(&user).await.expect("it writes"), 0);
    assert_eq!(totp.reset("nobody").await.expect("it writes"), 0);
    assert_eq!(names().await, ["-totp phone"]);

    ana.protect("next").await;
    ana.post("/totp/device/remove", &json!({"deviceName": "next"}))
        .await;
    assert_eq!(names().await, ["+totp next", "-totp next"]);
}
