//! The metrics of the running program, as Prometheus scrapes them.

#![cfg(unix)]

mod common;

use std::collections::BTreeMap;

use common::program::{Answer, Running, get, post};
use common::{form, operation_id};
use tempfile::TempDir;

/// Every sample by its name and labels, after a look at the form of the whole text
/// (<https://prometheus.io/docs/specs/om/open_metrics_spec/>).
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut family = ("", "");
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split_once(' ').expect("name and type");
        } else if line == "# EOF" {
            assert_eq!(lines.peek(), None, "nothing comes after the end");
            return samples;
        } else if !line.starts_with("# HELP ") && !line.starts_with("# UNIT ") {
            let (series, value) = line.rsplit_once(' ').expect("series and value");
            let name = series.split('{').next().expect("a name");
            let suffix = name
                .strip_prefix(family.0)
                .expect("it belongs to its family");
            let suffixes: &[&str] = match family.1 {
                "counter" => &["_total"],
                "gauge" => &[""],
                "histogram" => &["_bucket", "_sum", "_count"],
                other => panic!("{other} is not expected"),
            };
            assert!(suffixes.contains(&suffix), "{line}");
            assert!(name.starts_with("auth_"), "{line}");
            let value: f64 = value.parse().expect("a number");
            assert_eq!(
                samples.insert(series.to_owned(), value),
                None,
                "{series} twice"
            );
        }
    }
    panic!("it has no end");
}

async fn scrape(server: &Running) -> BTreeMap<String, f64> {
    let url = server.logged("metrics on ");
    let answer = get(&url).await.expect("it answers");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    samples(&answer.body)
}

async fn refresh(server: &Running, token: &str) -> Answer {
    post(server, "/session/refresh", Some(token), String::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted() {
    let folder = TempDir::new().expect("there is room for a folder");
    let admin = [("AUTH_ADMIN_LISTEN_ADDR", "127.0.0.1:0")];
    let server = Running::start_with(&folder, &admin);
    let before = scrape(&server).await;
    assert_eq!(
        before["auth_session_refreshes_total{outcome=\"theft\"}"],
        0.0
    );

    let form = |password| form("ana@ex.co", password).to_string();
    let first = post(&server, "/signup", None, form("passw0rd")).await;
    let wrong = post(&server, "/signin", None, form("passw0rd?")).await;
    assert!(
        wrong.body.contains("WRONG_CREDENTIALS_ERROR"),
        "{}",
        wrong.body
    );
    let first = first.header("st-refresh-token");
    let second = refresh(&server, first).await;
    let repeated = refresh(&server, first).await;
    let second = second.header("st-refresh-token");
    assert_eq!(second, repeated.header("st-refresh-token"));
    let third = refresh(&server, second).await;
    assert_eq!(third.status, 200);
    assert_eq!(refresh(&server, first).await.status, 401, "the theft");
    assert_eq!(refresh(&server, "nonsense").await.status, 401);
    for path in ["/nope", "/nope/ana@ex.co", "/nope?token=secret"] {
        assert_eq!(
            get(&format!("{}{path}", server.base))
                .await
                .expect("it answers")
                .status,
            404
        );
    }
    assert_eq!(
        get(&format!("{}/readyz", server.origin()))
            .await
            .expect("it answers")
            .status,
        200
    );

    let after = scrape(&server).await;
    let signs_up = operation_id("email-password.sign-up");
    let signs_in = operation_id("email-password.sign-in");
    let refreshes = operation_id("session.refresh");
    for (operation, status, expected) in [
        (signs_up, 200, 1.0),
        (signs_in, 200, 1.0),
        (refreshes, 200, 3.0),
        (refreshes, 401, 2.0),
        ("none", 404, 3.0),
    ] {
        let labels = format!("{{operation=\"{operation}\",status=\"{status}\"}}");
        let answered = after.get(&format!("auth_requests_total{labels}"));
        assert_eq!(answered, Some(&expected), "{labels} of {after:#?}");
    }
    for series in [
        format!("count{{operation=\"{refreshes}\"}}"),
        format!("bucket{{le=\"+Inf\",operation=\"{refreshes}\"}}"),
    ] {
        let series = format!("auth_request_duration_seconds_{series}");
        assert_eq!(after.get(&series), Some(&5.0), "{series} of {after:#?}");
    }
    for (series, expected) in [
        ("auth_sessions_created_total", 1.0),
        ("auth_sessions_revoked_total", 1.0),
        ("auth_session_thefts_total", 1.0),
        (r#"auth_session_refreshes_total{outcome="rotated"}"#, 2.0),
        (r#"auth_session_refreshes_total{outcome="repeated"}"#, 1.0),
        (r#"auth_session_refreshes_total{outcome="theft"}"#, 1.0),
        (r#"auth_session_refreshes_total{outcome="missing"}"#, 1.0),
        (r#"auth_session_refreshes_total{outcome="refused"}"#, 0.0),
        (r#"auth_session_refreshes_total{outcome="expired"}"#, 0.0),
        ("auth_password_hash_duration_seconds_count", 2.0),
        ("auth_password_hashes_waiting", 0.0),
        ("auth_password_hashes_running", 0.0),
        ("auth_password_hashes_refused_total", 0.0),
        ("auth_mails_waiting", 0.0),
        ("auth_mails_undelivered", 0.0),
        (
            r#"auth_store_duration_seconds_count{verb="create_session"}"#,
            1.0,
        ),
        (
            r#"auth_store_duration_seconds_count{verb="rotate_session"}"#,
            2.0,
        ),
        ("auth_database_connections_waiting", 0.0),
        ("auth_cleanup_failures_total", 0.0),
    ] {
        assert_eq!(after.get(series), Some(&expected), "{series} of {after:#?}");
    }
    assert!(after["auth_password_hash_duration_seconds_sum"] > 0.001);
    assert!(after["auth_database_connections_limit"] >= 1.0);
    assert!(after[r#"auth_signing_key_age_seconds{kind="rotating"}"#] < 60.0);
    let names: String = after.keys().cloned().collect();
    assert!(
        !names.contains("ana") && !names.contains("secret"),
        "{names}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_served_only_on_an_address_of_their_own() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut server = Running::start(&folder);
    let metrics = get(&format!("{}/metrics", server.origin())).await;
    assert_eq!(metrics.expect("it answers").status, 404);
    server.kill("-TERM");
    assert!(!server.log().contains("metrics on"));
}
