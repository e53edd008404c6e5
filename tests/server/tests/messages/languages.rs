//! The language of a message: that of its reader, of the request, or of the settings.

use auth_server::delivery::{Language, MessageContext, NewMail};
use auth_server::recipes::email_verification;
use auth_server::recipes::passwordless::ContactMethod;
use serde_json::json;

use super::common::codes::{Attempt, CONSUME, code_by_sms, sent_code};
use super::common::provider::{self, Provider};
use super::common::{Server, form};
use super::{NUMBER, ask};

#[tokio::test]
async fn a_mail_is_in_the_language_that_its_reader_prefers() {
    let server = Server::start().await;
    for (number, (accepted, language, subject)) in [
        ("", "en", "Login to your account"),
        ("en-GB,en;q=0.9", "en", "Login to your account"),
        ("de-AT, en;q=0.8", "de", "Anmeldung bei Ihrem Konto"),
        (
            "it, ja;q=0.3, fr-CA;q=0.7",
            "fr",
            "Connexion à votre compte",
        ),
        ("es-419", "es", "Inicio de sesión en su cuenta"),
        ("fr;q=0, ja;q=0.1", "ja", "アカウントへのサインイン"),
        ("zh-Hant-TW, *", "en", "Login to your account"),
        (
            "not a language; q=1, english",
            "en",
            "Login to your account",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let to = format!("u{number}@ex.co");
        ask(&server, &to, accepted).await;
        let mails = server.mails().await;
        let mail = mails.last().expect("a mail went out");
        assert_eq!(mail.to.as_str(), to);
        assert_eq!(mail.subject, subject, "{accepted}");
        assert_eq!(mail.source.language.as_str(), language, "{accepted}");
        let html = mail.html.as_deref().expect("a mail has HTML");
        assert!(
            html.contains(&format!("<html lang=\"{language}\">")),
            "{html}"
        );
        // Nothing is loaded, and nothing but the link can be followed.
        let quoted: Vec<_> = html.split("://").collect();
        assert_eq!(
            (quoted.len(), html.matches("href=").count()),
            (1, 1),
            "{html}"
        );
        for loads in ["src=", "url(", "<link", "<script", "<img", "@import"] {
            assert!(!html.contains(loads), "{loads} in\n{html}");
        }
    }
}

#[tokio::test]
async fn a_text_message_is_in_the_language_that_its_reader_prefers() {
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        config.message_language = "es".parse().expect("a tag");
    })
    .await;
    for (accepted, language, part) in [
        ("de-CH", "de", " ist Ihr Anmeldecode für Test."),
        ("pt-BR", "es", " es su clave de acceso a Test."),
        ("ja", "ja", " は Test のサインイン用コードです。"),
    ] {
        ask(&server, NUMBER, accepted).await;
        let messages = server.text_messages().await;
        let sms = messages.last().expect("a text message went out");
        assert!(sms.text.contains(part), "{accepted}: {}", sms.text);
        assert_eq!(sms.source.language.as_str(), language);
    }
}

/// Asks for a new password with these languages; the language of the mail.
async fn language_of_reset(server: &Server, email: &str, accepted: &str) -> String {
    // Three mails of one kind go to an address at once.
    server.clock.advance(3_600_000);
    let body = json!({"formFields": [{"id": "email", "value": email}]});
    let ask = server.post("/auth/user/password/reset/token");
    let answer = ask.header("accept-language", accepted).json(&body).await;
    assert_eq!(answer.json()["status"], "OK");
    language_of_latest(server).await
}

async fn language_of_latest(server: &Server) -> String {
    let mails = server.mails().await;
    let mail = mails.last().expect("a mail went out");
    mail.source.language.as_str().to_owned()
}

async fn sign_up_in(server: &Server, email: &str, accepted: &str) -> String {
    let ask = server.post("/auth/signup");
    let ask = ask.header("accept-language", accepted);
    let answer = ask.json(&form(email, "passw0rd")).await.json();
    answer["user"]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn the_language_of_a_user_goes_before_that_of_a_request() {
    let server = Server::start().await;
    let ana = sign_up_in(&server, "ana@ex.co", "it, fr-CA;q=0.5").await;
    let language = async || server.auth.user_language(&ana).await.expect("read");
    assert_eq!(language().await, Some(tag("fr")));
    // Any person can ask for a mail to her.
    assert_eq!(language_of_reset(&server, "ana@ex.co", "ja").await, "fr");
    assert_eq!(language_of_reset(&server, "ana@ex.co", "").await, "fr");
    // The application has a better one.
    let set = async |language: Option<&str>| {
        let language = language.map(tag);
        let set = server.auth.set_user_language(&ana, language.as_ref()).await;
        assert!(set.expect("written"));
    };
    set(Some("de-AT")).await;
    assert_eq!(language().await, Some(tag("de-at")));
    assert_eq!(language_of_reset(&server, "ana@ex.co", "ja").await, "de");
    // One without texts counts as none.
    set(Some("it")).await;
    assert_eq!(language_of_reset(&server, "ana@ex.co", "ja").await, "ja");
    set(None).await;
    assert_eq!(language().await, None);
    assert_eq!(language_of_reset(&server, "ana@ex.co", "ja").await, "ja");
    assert_eq!(language_of_reset(&server, "ana@ex.co", "").await, "en");
    // A sign-up whose client prefers nothing that there is names none.
    let eva = sign_up_in(&server, "eva@ex.co", "it").await;
    assert_eq!(server.auth.user_language(&eva).await.expect("read"), None);
    assert_eq!(language_of_reset(&server, "eva@ex.co", "es").await, "es");
    for unknown in ["none", "\0", ""] {
        assert_eq!(
            server.auth.user_language(unknown).await.expect("read"),
            None
        );
        let set = server
            .auth
            .set_user_language(unknown, Some(&tag("de")))
            .await;
        assert!(!set.expect("nothing to write"), "{unknown:?}");
    }
}

#[tokio::test]
async fn only_who_has_proven_an_address_chooses_the_language_of_its_mails() {
    let server = Server::start().await;
    ask(&server, "ana@ex.co", "es").await;
    assert_eq!(
        language_of_latest(&server).await,
        "es",
        "the reader is no user yet"
    );
    // Another person signs up with the address of Ana.
    let other = sign_up_in(&server, "ana@ex.co", "ja").await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    let body = attempt.body_with_code(&code);
    let consume = server.post(CONSUME).header("accept-language", "fr");
    let ana = consume.json(&body).await.json();
    assert_eq!(ana["createdNewRecipeUser"], true);
    ask(&server, "ana@ex.co", "de").await;
    assert_eq!(language_of_latest(&server).await, "fr");
    // A mail about a login method is for the user of that one.
    let mail = NewMail {
        kind: email_verification::messages::LINK,
        tenant_id: "public".to_owned(),
        to: "ana@ex.co".parse().expect("an address"),
        context: MessageContext::default(),
        subject: Some(other),
        payload: None,
    };
    server.auth.mail().post(mail).await.expect("accepted");
    assert_eq!(language_of_latest(&server).await, "ja");
}

#[tokio::test]
async fn a_text_message_and_a_user_of_a_provider_have_their_language_too() {
    let provider = Provider::start().await;
    let server = provider
        .server_with(&provider.settings(), |config| {
            ContactMethod::EmailOrPhone.set(config);
        })
        .await;
    let attempt = Attempt::start(&server, NUMBER).await;
    let code = code_by_sms(&server).await;
    let consume = server.post(CONSUME).header("accept-language", "fr");
    consume.json(&attempt.body_with_code(&code)).await;
    ask(&server, NUMBER, "de").await;
    let messages = server.text_messages().await;
    let language = &messages.last().expect("a text message").source.language;
    assert_eq!(language.as_str(), "fr");

    let begun = provider::begin(&server).await;
    let body = provider::body(&begun, &provider.agree(&begun));
    let sign_up = server
        .post(provider::SIGN_IN_UP)
        .header("accept-language", "ja");
    let user = sign_up.json(&body).await.json()["user"]["id"].clone();
    let user = user.as_str().expect("an id");
    let language = server.auth.user_language(user).await.expect("read");
    assert_eq!(language, Some(tag("ja")));
}

fn tag(text: &str) -> Language {
    text.parse().expect("a tag")
}
