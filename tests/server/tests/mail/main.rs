//! Mail over a real SMTP conversation, and the development outbox.

#[path = "../common/mod.rs"]
mod common;
mod outbox;
mod tls;

use std::sync::{Arc, Mutex};

use auth_server::Endpoints;
use auth_server::auth::AuthBuilder;
use auth_server::config::Secret;
use auth_server::delivery::{Mail, Mailer, SendError};
use common::{Server, form, token_of};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// A mail server that takes mails, and answers 451 to those for one domain.
#[derive(Clone, Default)]
struct MailServer {
    /// Each conversation, from `EHLO` to `QUIT`.
    received: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    const REFUSED: &str = "@later.test>";

    /// Starts to listen; its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().talk(stream));
            }
        });
        format!("smtp://127.0.0.1:{port}")
    }

    async fn talk(self, stream: TcpStream) {
        let (input, mut output) = stream.into_split();
        let mut lines = BufReader::new(input).lines();
        let (mut received, mut in_data) = (String::new(), false);
        if output.write_all(b"220 test\r\n").await.is_err() {
            return;
        }
        while let Ok(Some(line)) = lines.next_line().await {
            received += &line;
            received.push('\n');
            let answer = match line.split(' ').next().unwrap_or_default() {
                "." if in_data => {
                    in_data = false;
                    self.note(std::mem::take(&mut received));
                    "250 taken"
                }
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    "354 go on"
                }
                "RCPT" if line.ends_with(Self::REFUSED) => {
                    self.note(std::mem::take(&mut received));
                    "451 try later"
                }
                "QUIT" => return,
                _ => "250 fine",
            };
            let answer = format!("{answer}\r\n");
            if output.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn note(&self, received: String) {
        self.received
            .lock()
            .expect("no panic with the lock")
            .push(received);
    }

    /// What was said for this recipient, once for each mail.
    fn received_for(&self, recipient: &str) -> Vec<String> {
        let received = self.received.lock().expect("no panic with the lock");
        let line = format!("RCPT TO:<{recipient}>");
        let found = received.iter().filter(|received| received.contains(&line));
        found.cloned().collect()
    }
}

/// A server that sends over this mail server.
async fn start(mail: &MailServer) -> Server {
    let url = mail.start().await;
    Server::start_with(|config| {
        config.smtp_url = Some(Secret::new(url));
        config.mail_from = "Test <test@ex.co>".to_owned();
    })
    .await
}

async fn sign_up(server: &Server, email: &str) {
    let form = form(email, "passw0rd");
    let answer = server.post("/auth/signup").json(&form).await;
    assert_eq!(answer.json()["status"], "OK", "{email}");
}

/// Asks for a link; the status of the answer.
async fn ask(server: &Server, email: &str) -> u16 {
    ask_in(server, email, "en").await
}

/// The same in a language.
async fn ask_in(server: &Server, email: &str, language: &str) -> u16 {
    let body = json!({"formFields": [{"id": "email", "value": email}]});
    let ask = server.post("/auth/user/password/reset/token");
    let ask = ask.header("accept-language", language);
    let answer = ask.json(&body).await;
    assert!(answer.status != 200 || answer.body == r#"{"status":"OK"}"#);
    answer.status.as_u16()
}

/// The link of a new user, which is sent before the server has stopped.
async fn ask_for_link(server: &Server) {
    server.ana("header").await;
    assert_eq!(ask(server, "ana@ex.co").await, 200);
    server.auth.close().await;
}

#[tokio::test]
async fn a_reset_link_goes_out_over_smtp() {
    let mail = MailServer::default();
    let server = start(&mail).await;
    ask_for_link(&server).await;
    let received = mail.received_for("ana@ex.co").concat();
    for part in [
        "MAIL FROM:<test@ex.co>",
        "RCPT TO:<ana@ex.co>",
        "Subject: Password reset instructions\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\n",
        "\nhttp://localhost:3000/auth/reset-password?token=",
        "Content-Type: text/html; charset=utf-8\n",
        "\n<!doctype html>\n",
    ] {
        assert!(received.contains(part), "{part} is missing in\n{received}");
    }
    // Programs show the last part that they can (RFC 2046 §5.1.4).
    let place = |part| received.find(part).expect("it was just found");
    assert!(place("text/plain") < place("text/html"));
    assert_eq!(received.matches("\nSubject: ").count(), 1);
}

#[tokio::test]
async fn a_mail_in_another_language_goes_out_encoded() {
    let mail = MailServer::default();
    let server = start(&mail).await;
    sign_up(&server, "ana@ex.co").await;
    assert_eq!(ask_in(&server, "ana@ex.co", "ja").await, 200);
    server.auth.close().await;
    let received = mail.received_for("ana@ex.co").concat();
    assert!(received.is_ascii(), "{received}");
    let subject = "Subject: =?utf-8?b?44OR44K544Ov44O844OJ44Gu5YaN6Kit5a6a?=\n";
    assert!(received.contains(subject), "{received}");
    let encoded = received
        .matches("Content-Transfer-Encoding: base64\n")
        .count()
        + received
            .matches("Content-Transfer-Encoding: quoted-printable\n")
            .count();
    assert_eq!(encoded, 2, "{received}");
}

#[tokio::test(flavor = "multi_thread")]
async fn recipients_that_are_refused_for_now_delay_no_others() {
    let mail = MailServer::default();
    let server = start(&mail).await;
    sign_up(&server, "ana@ex.co").await;
    let refused: Vec<_> = (0..8).map(|n| format!("u{n}@later.test")).collect();
    for email in &refused {
        sign_up(&server, email).await;
        for _ in 0..3 {
            assert_eq!(ask(&server, email).await, 200);
        }
    }
    assert_eq!(ask(&server, "ana@ex.co").await, 200);
    server.auth.mail().drained().await;
    // The clock stands still, so none of the others has been tried twice.
    assert_eq!(mail.received_for("ana@ex.co").len(), 1);
    for email in &refused {
        assert_eq!(mail.received_for(email).len(), 3, "{email}");
    }
    // They are tried again when their time has come.
    server.clock.advance(5_000);
    server.auth.mail().drained().await;
    for email in &refused {
        assert_eq!(mail.received_for(email).len(), 6, "{email}");
    }
    assert_eq!(mail.received_for("ana@ex.co").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_to_one_address_are_limited_and_others_are_sent() {
    let mail = MailServer::default();
    let server = Arc::new(start(&mail).await);
    sign_up(&server, "ana@ex.co").await;
    sign_up(&server, "eva@ex.co").await;
    let mut asking = JoinSet::new();
    for number in 0..1_300 {
        let asked = Arc::clone(&server);
        asking.spawn(async move { ask(&asked, "ana@ex.co").await });
        if number % 100 == 99 {
            while let Some(status) = asking.join_next().await {
                assert_eq!(status.expect("it asks"), 200);
            }
        }
        if number == 650 {
            assert_eq!(ask(&server, "eva@ex.co").await, 200);
        }
    }
    server.auth.mail().drained().await;
    assert_eq!(mail.received_for("ana@ex.co").len(), 3);
    assert_eq!(mail.received_for("eva@ex.co").len(), 1);
    // One a minute, and six in an hour.
    for _ in 0..10 {
        server.clock.advance(60_000);
        assert_eq!(ask(&server, "ana@ex.co").await, 200);
        assert_eq!(ask(&server, "ana@ex.co").await, 200);
        // The clock must not jump over the lease of a mail that is being sent.
        server.auth.mail().drained().await;
    }
    assert_eq!(mail.received_for("ana@ex.co").len(), 6);
}

#[tokio::test]
async fn unknown_addresses_are_limited_like_known_ones() {
    let server = Server::start().await;
    server.ana("header").await;
    let refused = || {
        let text = server.auth.metrics_text().expect("it is text");
        let line = r#"auth_mails_total{outcome="refused"} "#;
        let count = text.lines().find_map(|found| found.strip_prefix(line));
        count.map_or(0, |count| count.parse::<u32>().expect("a number"))
    };
    for (email, before) in [("ana@ex.co", 0), ("nobody@ex.co", 2)] {
        for _ in 0..5 {
            assert_eq!(ask(&server, email).await, 200);
        }
        assert_eq!(refused(), before + 2, "{email}");
    }
    assert_eq!(server.mails().await.len(), 3);
}

/// Fails for now, or never answers.
struct Broken {
    answers: bool,
    is_called: Arc<Notify>,
}

#[async_trait::async_trait]
impl Mailer for Broken {
    async fn send(&self, _: &Mail) -> Result<(), SendError> {
        self.is_called.notify_one();
        if !self.answers {
            std::future::pending::<()>().await;
        }
        Err(SendError::transient("the test wants it"))
    }
}

/// The next server on the database of one whose mailer is broken.
async fn after_a_broken_one(answers: bool, is_stopped: bool, later: i64) -> Server {
    let app = |auth| auth_server::router(auth, Endpoints::new());
    let is_called = Arc::new(Notify::new());
    let broken = Broken {
        answers,
        is_called: Arc::clone(&is_called),
    };
    let mailer = move |builder: AuthBuilder| builder.mailer(broken);
    let server = Server::start_built(|_| {}, mailer, app).await;
    server.ana("header").await;
    assert_eq!(ask(&server, "ana@ex.co").await, 200);
    is_called.notified().await;
    if is_stopped {
        server.auth.close().await;
    }
    server.clock.advance(later);
    server.restart(|_| {}, app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_not_sent_before_a_stop_is_sent_after_the_next_start() {
    let server = after_a_broken_one(true, true, 5_000).await;
    let mails = server.mails().await;
    assert_eq!(mails.len(), 1);
    token_of(&mails[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_worker_died_is_sent_by_another_server() {
    let server = after_a_broken_one(false, false, 60_000).await;
    assert_eq!(server.mails().await.len(), 1);
}
