//! The log at its most detailed level: every line of a request has its id, and no line of any crate has a secret.
//!
//! In this process the log is that of an application, which filters nothing; that of the program is read
//! from a process of its own. Both run at `trace` through all flows, on SQLite or PostgreSQL.

#[path = "../common/mod.rs"]
mod common;
mod program;
mod secrets;

use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_server::Endpoints;
use auth_server::crypto::encryption::Encryption;
use base64::Engine as _;
use common::{Exchange, Server, form};
use secrets::{secrets_of, secrets_of_the_database};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut kept = self.0.lock().expect("no panic with the lock");
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Kept {
    fn text(&self) -> String {
        let kept = self.0.lock().expect("no panic with the lock");
        String::from_utf8(kept.clone()).expect("it is text")
    }
}

/// The handle of a session, from its access token.
fn handle_of(answer: &Exchange) -> String {
    let token = answer
        .header("st-access-token")
        .map(str::to_owned)
        .or_else(|| answer.cookie("sAccessToken"));
    let token = token.expect("there is an access token");
    let payload = token.split('.').nth(1).expect("a JWT has parts");
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload);
    let payload: Value =
        serde_json::from_slice(&payload.expect("it is base64url")).expect("it is JSON");
    payload["sessionHandle"].as_str().expect("text").to_owned()
}

async fn refresh(server: &Server, id: &str, answer: &Exchange, mode: &str) -> Exchange {
    let ask = server
        .post("/auth/session/refresh")
        .header("x-request-id", id);
    let ask = if mode == "header" {
        ask.header("authorization", &format!("Bearer {}", answer.refresh()))
    } else {
        ask.header("cookie", &answer.as_cookies())
            .header("anti-csrf", answer.header("anti-csrf").unwrap_or("none"))
    };
    ask.header("st-auth-mode", mode).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_has_the_request_id_and_none_has_a_secret() {
    let kept = Kept::default();
    tracing_subscriber::fmt()
        .json()
        .with_env_filter("trace")
        .with_writer(kept.clone())
        .init();
    let server = Server::start_with(|config| {
        config.session.anti_csrf = Some(auth_server::session::AntiCsrf::ViaToken);
    })
    .await;
    let mut secrets: Vec<String> = [
        "passw0rd",
        "passw0rd2",
        "wr0ngpass",
        "ana@ex.co",
        "eva@ex.co",
        "ana%40ex.co",
        "qu3ry",
        "d4ta of a session",
        "cl4im of a session",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut ids = Vec::new();
    let mut next = |what: &str| {
        let id = format!("req-{}-{what}", ids.len());
        ids.push(id.clone());
        id
    };
    for (email, mode) in [("ana@ex.co", "header"), ("eva@ex.co", "cookie")] {
        let up = server
            .post("/auth/signup")
            .header("x-request-id", &next("up"));
        let up = up
            .header("st-auth-mode", mode)
            .json(&form(email, "passw0rd"))
            .await;
        assert_eq!(up.status, 200, "{up}");
        let taken = server
            .post("/auth/signup")
            .header("x-request-id", &next("taken"));
        taken.json(&form(email, "passw0rd")).await;
        let wrong = server
            .post("/auth/signin")
            .header("x-request-id", &next("wrong"));
        let wrong = wrong.json(&form(email, "wr0ngpass")).await;
        assert!(wrong.body.contains("WRONG_CREDENTIALS_ERROR"), "{wrong}");
        let signed = server
            .post("/auth/signin")
            .header("x-request-id", &next("in"));
        let signed = signed
            .header("st-auth-mode", mode)
            .json(&form(email, "passw0rd"))
            .await;
        let second = refresh(&server, &next("refresh"), &signed, mode).await;
        assert_eq!(second.status, 200, "{second}");
        let handle = handle_of(&second);
        secrets_of_the_database(&server.auth, email, Some(&handle), &mut secrets).await;
        let data = json!({"private": "d4ta of a session"});
        let replaced = server.auth.sessions().replace_data_by_handle(&handle, data);
        replaced.await.expect("it is written");
        let claims = json!({"private": "cl4im of a session"});
        let merged = server
            .auth
            .sessions()
            .merge_claims_by_handle(&handle, claims.as_object().expect("an object"));
        merged.await.expect("it is written");
        let third = refresh(&server, &next("refresh"), &second, mode).await;
        assert_eq!(third.status, 200, "{third}");
        let theft = refresh(&server, &next("theft"), &signed, mode).await;
        assert!(theft.is_end_of_session("token theft detected"), "{theft}");
        let path = format!("/auth/emailpassword/email/exists?email={email}&token=qu3ry");
        server
            .get(&path)
            .header("x-request-id", &next("exists"))
            .send()
            .await;
        let out = server
            .post("/auth/signout")
            .header("x-request-id", &next("out"));
        let out = if mode == "header" {
            out.header("authorization", &format!("Bearer {}", up.access()))
        } else {
            out.header("cookie", &up.as_cookies())
                .header("anti-csrf", up.header("anti-csrf").unwrap_or("none"))
        };
        let out = out.send().await;
        assert_eq!(out.status, 200, "{out}");
        let path = format!("/auth/users/{email}/nothing");
        server
            .get(&path)
            .header("x-request-id", &next("nothing"))
            .send()
            .await;
        for answer in [&up, &signed, &second, &third, &theft] {
            secrets_of(answer, &mut secrets);
        }
        let reset = server.post("/auth/user/password/reset/token");
        let body = json!({"formFields": [{"id": "email", "value": email}]});
        reset
            .header("x-request-id", &next("token"))
            .json(&body)
            .await;
        let mails = server.mails().await;
        let token = common::token_of(mails.last().expect("a mail went out"));
        let reset = server
            .post("/auth/user/password/reset")
            .header("x-request-id", &next("reset"));
        let body = json!({"method": "token", "token": token, "formFields": [
            {"id": "password", "value": "passw0rd2"},
        ]});
        let reset = reset.json(&body).await;
        assert!(reset.body.contains(r#""status":"OK""#), "{reset}");
        secrets.push(token);
    }
    // What is wrong inside is logged, too.
    let broken = server
        .post("/auth/signup")
        .header("x-request-id", &next("broken"));
    broken.text("{\"formFields\": \"ana@ex.co\"").await;
    let odd = server
        .get("/auth/nope")
        .header("x-request-id", "passw0rd <script>");
    let odd = odd.send().await;
    let given = odd.header("x-request-id").expect("it has an id").to_owned();
    assert!(uuid::Uuid::parse_str(&given).is_ok(), "{given}");

    // Nor what an operator does, and the moment in which a secret is first set. Keys are named by the time.
    server.clock.set(common::START + 1_000);
    server
        .auth
        .sessions()
        .keys()
        .rotate(true)
        .await
        .expect("a key");
    server.auth.clean_up().await.expect("it is cleaned up");
    secrets_of_the_database(&server.auth, "ana@ex.co", None, &mut secrets).await;
    let secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".to_owned();
    let encryption = Encryption::under(&[&secret]).expect("it is long enough");
    let change = |config: &mut auth_server::Config| {
        config.session.signing_key_encryption = encryption;
    };
    let server = server
        .restart(change, |auth| auth_server::router(auth, Endpoints::new()))
        .await;
    secrets_of_the_database(&server.auth, "ana@ex.co", None, &mut secrets).await;
    secrets.push(secret);
    server.clock.set(common::START + 2_000);
    let keys = server.auth.sessions().keys();
    keys.replace_leaked(true).await.expect("a key");

    let log = kept.text();
    assert!(log.contains("a signing key was encrypted"));
    if std::env::var_os("AUTH_TEST_POSTGRES_URL").is_some() {
        assert!(log.contains("tokio_postgres"), "the driver says all it can");
    }
    secrets.retain(|secret| secret.len() > 3 && secret != "remove");
    assert!(secrets.len() > 25, "{secrets:?}");
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str()),
            "`{secret}` in the log:\n{log}"
        );
        // Nor the half of a token that is the secret.
        for part in secret.split(['.', '%']).filter(|part| part.len() > 60) {
            assert!(!log.contains(part), "`{part}` in the log:\n{log}");
        }
    }
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let of = |id: &str| {
        let id = id.to_owned();
        let is_its = move |line: &&Value| {
            let spans = line["spans"].as_array();
            spans.is_some_and(|spans| spans.iter().any(|span| span["request_id"] == id.as_str()))
        };
        lines.iter().filter(is_its).collect::<Vec<_>>()
    };
    for id in ids.iter().chain([&given]) {
        let answered: Vec<_> = of(id)
            .into_iter()
            .filter(|line| line["fields"]["message"] == "answered")
            .collect();
        let [line] = answered[..] else {
            panic!("one line for {id}: {answered:?}");
        };
        let (fields, span) = (&line["fields"], &line["span"]);
        assert!(
            fields["status"].is_u64() && fields["latency_ms"].is_f64(),
            "{line}"
        );
        assert!(
            span["method"].is_string() && span["path"].is_string(),
            "{line}"
        );
        assert_eq!(line["level"], "INFO");
    }
    let theft = ids
        .iter()
        .find(|id| id.ends_with("theft"))
        .expect("there was one");
    assert!(
        of(theft).iter().any(|line| line["level"] == "WARN"),
        "the theft is logged"
    );
    let in_requests = [
        "auth_server::requests",
        "auth_server::session::engine",
        "auth_server::web",
    ];
    for line in &lines {
        let target = line["target"].as_str().expect("it has a target");
        if in_requests.iter().any(|known| target.starts_with(known)) {
            assert!(line["spans"][0]["request_id"].is_string(), "{line}");
        }
    }
}
