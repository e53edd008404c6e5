//! The log at its most talkative: every line of a request has its id, and none has a secret.
//!
//! One test in a file of its own, since a process has one log.

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use common::{Exchange, Server, form};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut kept = self.0.lock().expect("nobody panics with the lock");
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
        let kept = self.0.lock().expect("nobody panics with the lock");
        String::from_utf8(kept.clone()).expect("it is text")
    }
}

/// All values of an answer that nobody else may know.
fn secrets_of(answer: &Exchange, secrets: &mut Vec<String>) {
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
        .with_env_filter("auth_server=trace,tower_http=trace,axum=trace")
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

    let log = kept.text();
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
        "the theft is told"
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
