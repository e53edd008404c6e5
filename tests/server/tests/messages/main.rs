//! The texts of mails and text messages: their language, their HTML, texts of an operator, and senders of an application.

#[path = "../common/mod.rs"]
mod common;
mod languages;

use std::fs;
use std::sync::{Arc, Mutex};

use auth_server::auth::AuthBuilder;
use auth_server::config::Secret;
use auth_server::delivery::{Mail, Mailer, MessageSource, SendError, Sms, SmsSender};
use auth_server::recipes::passwordless::ContactMethod;
use auth_server::{Config, Endpoints};
use common::codes::CREATE;
use common::{Down, Server, start_error};
use serde_json::json;
use tempfile::TempDir;

const NUMBER: &str = "+36201234567";

/// Asks for a code with these languages, for an address or a number.
async fn ask(server: &Server, contact: &str, accepted: &str) {
    let key = if contact.contains('@') {
        "email"
    } else {
        "phoneNumber"
    };
    let ask = server.post(CREATE).header("accept-language", accepted);
    let answer = ask.json(&json!({ key: contact })).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
}

/// Fails once for each message, and keeps what it was given.
#[derive(Clone, Default)]
struct Own {
    mails: Arc<Mutex<Vec<Mail>>>,
    messages: Arc<Mutex<Vec<Sms>>>,
}

/// Fails for the first message of a list.
fn first_fails<T: Clone>(list: &Mutex<Vec<T>>, message: &T) -> Result<(), SendError> {
    let mut list = list.lock().expect("no panic with the lock");
    list.push(message.clone());
    match list.len() {
        1 => Err(SendError::transient("the test wants it")),
        _ => Ok(()),
    }
}

#[async_trait::async_trait]
impl Mailer for Own {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        first_fails(&self.mails, mail)
    }
}

#[async_trait::async_trait]
impl SmsSender for Own {
    async fn send(&self, sms: &Sms) -> Result<(), SendError> {
        first_fails(&self.messages, sms)
    }
}

/// What a sender with texts of its own needs is there, and is what the text shows.
fn is_complete(source: &MessageSource, text: &str) {
    let lines: Vec<_> = text.lines().collect();
    let link = source.link.as_deref().expect("there is a link");
    assert!(link.starts_with("http://localhost:3000/auth/verify?") && lines.contains(&link));
    assert_eq!(source.website, "http://localhost:3000/auth");
    let code = source.code.as_deref().expect("there is a code");
    assert!(code.len() == 6 && text.contains(code), "{text}");
    assert_eq!((source.minutes, source.language.as_str()), (Some(15), "fr"));
    let shown = format!("{source:?}");
    assert!(!shown.contains(link) && !shown.contains(code), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_the_application_gets_kind_language_and_values() {
    let own = Own::default();
    let (mailer, sender) = (own.clone(), own.clone());
    let server = Server::start_built(
        |config| {
            ContactMethod::EmailOrPhone.set(config);
            // It takes the place of these.
            config.smtp_url = Some(Secret::new("smtp://127.0.0.1:9"));
        },
        |builder: AuthBuilder| builder.mailer(mailer).sms_sender(sender),
        |auth| auth_server::router(auth, Endpoints::new()),
    )
    .await;
    ask(&server, "ana@ex.co", "fr").await;
    ask(&server, NUMBER, "fr").await;
    server.auth.mail().drained().await;
    server.clock.advance(5_000);
    server.auth.mail().drained().await;

    let mails = own.mails.lock().expect("no panic with the lock").clone();
    let messages = own.messages.lock().expect("no panic with the lock").clone();
    assert_eq!((mails.len(), messages.len()), (2, 2));
    for mail in &mails {
        assert_eq!(
            (mail.id.as_str(), mail.tenant_id.as_str()),
            (mails[0].id.as_str(), "public")
        );
        assert_eq!(mail.source.kind, "passwordless-login");
        is_complete(&mail.source, &mail.text);
    }
    for sms in &messages {
        assert_eq!(
            (&sms.id, sms.source.kind.as_str()),
            (&messages[0].id, "passwordless-login-sms")
        );
        is_complete(&sms.source, &sms.text);
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("there is room for a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

#[tokio::test]
async fn files_of_an_operator_replace_texts_and_add_languages() {
    let folder = folder(&[
        (
            "passwordless-login.it.txt",
            "Subject: Ciao\n\nApri:\n{{ link }}\n{{ host }} {{ recipient }}\n",
        ),
        (
            "passwordless-login.de.txt",
            "Subject: Hallo {{ app_name }}\n\n{{ code }}\n",
        ),
        (
            "layout.html",
            "{% for block in blocks %}[{{ block.before }}]{% endfor %}",
        ),
    ]);
    // Each flow can be without link or code, so a text has to ask for them.
    let texts = folder.path().to_owned();
    let refused = start_error(|config| config.message_templates = Some(texts), same).await;
    let place = folder.path().join("passwordless-login.de.txt:3: ");
    let says = |part: &str| assert!(refused.contains(part), "{refused}");
    says(&format!("AUTH_MESSAGE_TEMPLATES: {}", place.display()));
    says("`{% if code %}`");

    for name in ["passwordless-login.it.txt", "passwordless-login.de.txt"] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).expect("it is there");
        let text = text.replace("{{ link }}", "{% if link %}\n{{ link }}\n{% endif %}");
        let text = text.replace("{{ code }}", "Code: {% if code %}{{ code }}{% endif %}");
        fs::write(&path, text).expect("it can be written");
    }
    let texts = folder.path().to_owned();
    let server = Server::start_with(|config| config.message_templates = Some(texts)).await;
    ask(&server, "ana@ex.co", "it-IT").await;
    ask(&server, "eva@ex.co", "de").await;
    ask(&server, "ida@ex.co", "fr").await;
    let mails = server.mails().await;
    let of = |to: &str| {
        let found = mails.iter().find(|mail| mail.to.as_str() == to);
        found.expect("a mail went out")
    };
    let ana = of("ana@ex.co");
    assert_eq!(
        (ana.subject.as_str(), ana.source.language.as_str()),
        ("Ciao", "it")
    );
    assert!(
        ana.text.ends_with("\nlocalhost ana@ex.co\n"),
        "{}",
        ana.text
    );
    assert_eq!(ana.html.as_deref(), Some("[Apri]"));
    assert_eq!(of("eva@ex.co").subject, "Hallo Test");
    assert_eq!(of("ida@ex.co").subject, "Connexion à votre compte");
}

fn same(builder: AuthBuilder) -> AuthBuilder {
    builder
}

#[tokio::test]
async fn a_language_without_texts_stops_the_start() {
    let italian = |config: &mut Config| config.message_language = "it".parse().expect("a tag");
    let refused = start_error(italian, same);
    let refused = refused.await;
    let says = |part: &str| assert!(refused.contains(part), "{refused}");
    says("AUTH_MESSAGE_LANGUAGE: there is no text in the language `it`");
    says("de, en, es, fr, ja");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_keeps_its_language() {
    let app = |auth| auth_server::router(auth, Endpoints::new());
    let broken = |builder: AuthBuilder| builder.mailer(Down);
    let server = Server::start_built(|_| {}, broken, app).await;
    ask(&server, "ana@ex.co", "de").await;
    server.auth.mail().drained().await;
    server.auth.close().await;
    server.clock.advance(5_000);
    let server = server.restart(|_| {}, app).await;
    let mails = server.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Anmeldung bei Ihrem Konto");
}
