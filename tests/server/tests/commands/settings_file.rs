//! `settings`, the settings file, and SIGHUP.

use std::time::Duration;

use common::program::{get, send};
use http::{Request, StatusCode};

use super::*;

fn write(place: &Place, text: &str) {
    std::fs::write(place.folder.path().join("auth.toml"), text).expect("there is room");
}

#[test]
fn the_settings_in_force_are_listed_with_their_places_and_without_secrets() {
    let place = Place::new();
    write(
        &place,
        "access_token_seconds = 900\nencryption_secret_file = \"secret\"\n",
    );
    let secret = "correct-horse-battery-staple-hunter2";
    std::fs::write(place.folder.path().join("secret"), secret).expect("there is room");
    let (code, text, errors) = run(&place, &["settings"]);
    assert_eq!((code, errors.as_str()), (0, ""), "{text}");
    let line = |name: &str| {
        let line = text.lines().find(|line| line.ends_with(name));
        let line = line.unwrap_or_else(|| panic!("{name} in {text}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("VARIABLE"), "SETTING VALUE FROM VARIABLE");
    assert_eq!(
        line("AUTH_ACCESS_TOKEN_SECONDS"),
        "access_token_seconds 900 auth.toml:1:24 AUTH_ACCESS_TOKEN_SECONDS"
    );
    assert_eq!(
        line("AUTH_ENCRYPTION_SECRET"),
        "encryption_secret *** file named at auth.toml:2:26 AUTH_ENCRYPTION_SECRET"
    );
    assert_eq!(
        line("DATABASE_URL"),
        "database_url *** environment DATABASE_URL"
    );
    assert_eq!(
        line("AUTH_BODY_LIMIT"),
        "body_limit 102400 default AUTH_BODY_LIMIT"
    );
    assert!(!text.contains("hunter2"), "{text}");

    let rows = json(&place, &["settings", "--json"]);
    let rows = rows.as_array().expect("it is a list");
    let of = |name: &str| rows.iter().find(|row| row["variable"] == name).expect(name);
    let seconds = of("AUTH_ACCESS_TOKEN_SECONDS");
    assert_eq!(
        (&seconds["value"], &seconds["type"], &seconds["default"]),
        (&"900".into(), &"number".into(), &"`3600`".into())
    );
    assert_eq!(of("AUTH_ENCRYPTION_SECRET")["secret"], true);
    assert!(!rows.iter().any(|row| row.to_string().contains("hunter2")));

    let schema = json(&place, &["settings", "--schema"]);
    let properties = schema["properties"].as_object().expect("it is a map");
    assert_eq!(properties["access_token_seconds"]["type"], "integer");
    assert_eq!(properties["websites"]["type"], "array");
    assert!(properties.contains_key("smtp_url_file"));
}

#[test]
fn what_is_wrong_in_the_file_stops_the_start_and_names_its_place() {
    let place = Place::new();
    write(
        &place,
        "access_token_seconds = 0\ncookie_domian = \"example.com\"\n",
    );
    for arguments in [&["serve"][..], &["settings"]] {
        let (code, output, errors) = run(&place, arguments);
        assert_eq!(code, 1, "{output}");
        for expected in [
            "access_token_seconds (auth.toml:1:24): must be a number greater than zero",
            "cookie_domian (auth.toml:2:1): is not a setting; did you mean `cookie_domain`?",
        ] {
            assert!(
                output.contains(expected) || errors.contains(expected),
                "{expected} in {output}{errors}"
            );
        }
    }
    assert!(!place.folder.path().join("auth.db").exists());
}

/// What `Access-Control-Allow-Headers` says to a page of the website.
async fn allowed_headers(server: &Running) -> String {
    let request = Request::options(format!("{}/signin", server.base))
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .body(axum::body::Body::empty())
        .expect("it is a request");
    let answer = send(request).await.expect("it answers");
    answer.header("access-control-allow-headers").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_read_again_at_sighup_and_sessions_stay() {
    let place = Place::new();
    write(&place, "body_limit = 4096\n");
    let mut variables = place.variables();
    variables.push(("AUTH_ADMIN_LISTEN_ADDR", "127.0.0.1:0"));
    let mut server = Running::start_with(&place.folder, &variables);
    let metrics = server.logged("metrics on ");
    let tokens = sign_up(&server, "ana@ex.co").await;
    let token = tokens.header("st-refresh-token").to_owned();
    assert!(!allowed_headers(&server).await.contains("x-captcha"));

    // What is wrong changes nothing.
    write(
        &place,
        "body_limit = 0\nallowed_headers = [\"x-captcha\"]\n",
    );
    server.kill("-HUP");
    server.logged("the settings stay as they were");
    assert!(!allowed_headers(&server).await.contains("x-captcha"));

    write(
        &place,
        "app_id = \"other\"\nallowed_headers = [\"x-captcha\"]\n",
    );
    server.kill("-HUP");
    server.logged("settings read again");
    assert!(allowed_headers(&server).await.contains("x-captcha"));
    // Sessions, counts and probes go on.
    let refreshed = refresh(&server, &token).await;
    assert_eq!(refreshed.status, StatusCode::OK, "{}", refreshed.body);
    let text = get(&metrics).await.expect("it answers").body;
    assert!(
        text.contains("auth_sessions_created_total") && text.contains("} 1\n"),
        "{text}"
    );
    let ready = get(&format!("{}/readyz", server.origin())).await;
    assert_eq!(ready.expect("it answers").status, StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.kill("-TERM");
    let log = server.log();
    assert!(
        log.contains("AUTH_APP_ID is changed: it counts after the next start"),
        "{log}"
    );
    assert!(log.contains("stopped"), "{log}");
}
