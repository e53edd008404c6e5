//! Signing in with a phone number: `POST /signinup/code` with `phoneNumber`, `GET /passwordless/phonenumber/exists`,
//! the text messages, and the budget of each country.

mod common;

use auth_server::Config;
use auth_server::config::Secret;
use auth_server::limits::LimitSettings;
use auth_server::recipes::email_verification::Mode;
use auth_server::recipes::passwordless::{ContactMethod, FlowType};
use common::codes::{
    Attempt, CREATE, OK, RESEND, RESTART, code_by_sms, counted, sent_by_sms, sent_code, wrong,
};
use common::{Exchange, Server, join_all, shown};
use serde_json::json;

const EXISTS: &str = "/auth/passwordless/phonenumber/exists";
const NUMBER: &str = "+36201234567";

async fn start(method: ContactMethod) -> Server {
    Server::start_with(|config| method.set(config)).await
}

fn is_ok(answer: &Exchange) -> bool {
    answer.json()["status"] == "OK"
}

#[tokio::test]
async fn a_code_signs_a_new_user_up_and_a_known_one_in() {
    let server = start(ContactMethod::EmailOrPhone).await;
    let body = json!({"phoneNumber": " +36 20-123-4567 "});
    let created = server.post(CREATE).json(&body).await;
    let attempt = Attempt::of(&created);
    let messages = server.text_messages().await;
    assert_eq!((messages.len(), messages[0].to.as_str()), (1, NUMBER));
    assert_eq!(messages[0].tenant_id, "public");
    assert!(server.mails().await.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("\"[A-Za-z0-9+/]{43}=\"", "\"<device id>\"");
    settings.add_filter("([=#\"])[A-Za-z0-9_-]{43}", "$1<43 characters>");
    settings.add_filter("(^|#)[0-9]{6}\\b", "$1<code>");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let bound = settings.bind_to_scope();
    shown("passwordless_phone_create", &created);
    insta::assert_snapshot!("passwordless_sms", messages[0].text);
    let signed_up = attempt
        .with_code(&server, &code_by_sms(&server).await)
        .await;
    shown("passwordless_phone_consume", &signed_up);
    drop(bound);
    let user = &signed_up.json()["user"];
    assert_eq!(user["phoneNumbers"], json!([NUMBER]));

    let again = Attempt::start(&server, NUMBER).await;
    let link = sent_by_sms(&server).await.link_code.expect("a link");
    let signed_in = again.with_link(&server, &link).await;
    assert_eq!(signed_in.json()["createdNewRecipeUser"], false);
    assert_eq!(&signed_in.json()["user"], user);
}

#[tokio::test]
async fn numbers_that_differ_only_in_writing_are_one_user() {
    let server = start(ContactMethod::Phone).await;
    let mut ids = Vec::new();
    for number in [
        NUMBER,
        "+36 20 123 4567",
        "+36-20-123-4567",
        " +36 (20) 123/4567",
        "+36.20.123.45.67\n",
        "+36\u{a0}20\u{a0}1234567",
    ] {
        let attempt = Attempt::start(&server, number).await;
        let code = code_by_sms(&server).await;
        let answer = attempt.with_code(&server, &code).await;
        ids.push(answer.json()["user"]["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    // A digit more or less is another one, or none.
    let other = Attempt::start(&server, "+36 20 123 4568").await;
    let code = code_by_sms(&server).await;
    let other = other.with_code(&server, &code).await;
    assert_ne!(other.json()["user"]["id"], ids[0]);
}

#[tokio::test]
async fn sign_ins_of_one_number_at_once_make_one_user() {
    let server = start(ContactMethod::Phone).await;
    let mut attempts = Vec::new();
    for number in [NUMBER, "+36 20 123 4567"] {
        let attempt = Attempt::start(&server, number).await;
        attempts.push((attempt, code_by_sms(&server).await));
    }
    let mut presented = Vec::new();
    for (attempt, code) in &attempts {
        presented.push(Box::pin(attempt.with_code(&server, code)));
    }
    let answers = join_all(presented).await;
    assert_eq!(answers.iter().filter(|answer| is_ok(answer)).count(), 1);
}

#[tokio::test]
async fn each_contact_method_accepts_what_it_is_for() {
    let invalid = r#"200 {"status":"GENERAL_ERROR","message":"Phone number is invalid"}"#;
    let text = r#"200 {"status":"GENERAL_ERROR","message":"Development bug: Please make sure the phoneNumber field is a string"}"#;
    let one = r#"400 {"message":"Please provide exactly one of email or phoneNumber"}"#;
    let phone = r#"400 {"message":"Please provide a phoneNumber since you have set the contactMethod to \"PHONE\""}"#;
    let email = r#"400 {"message":"Please provide an email since you have set the contactMethod to \"EMAIL\""}"#;
    let both = json!({"email": "a@ex.co", "phoneNumber": NUMBER});
    let server = start(ContactMethod::Phone).await;
    for (body, expected) in [
        (json!({}), one),
        (both.clone(), one),
        (json!({"email": "ana@ex.co"}), phone),
        (json!({"phoneNumber": null}), text),
        (json!({"phoneNumber": 36}), text),
        (json!({"phoneNumber": ""}), invalid),
        (json!({"phoneNumber": "06201234567"}), invalid),
        (json!({"phoneNumber": "36201234567"}), invalid),
        (json!({"phoneNumber": "+361"}), invalid),
        (json!({"phoneNumber": "ana@ex.co"}), invalid),
        (json!({"phoneNumber": "+".repeat(5_000)}), invalid),
        // Premium rate.
        (json!({"phoneNumber": "+36 90 123 456"}), invalid),
    ] {
        let answer = server.post(CREATE).json(&body).await;
        assert_eq!(answer.brief(), expected, "{body}");
    }
    assert!(server.text_messages().await.is_empty());

    let server = start(ContactMethod::EmailOrPhone).await;
    assert_eq!(server.post(CREATE).json(&both).await.brief(), one);
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    assert!(is_ok(&attempt.with_code(&server, &code).await));
    assert!(server.text_messages().await.is_empty());

    let server = start(ContactMethod::Email).await;
    let body = json!({"phoneNumber": NUMBER});
    let answer = server.post(CREATE).json(&body).await;
    assert_eq!(answer.brief(), email);
}

#[tokio::test]
async fn attempts_resends_and_expiry_are_as_with_addresses() {
    let server = start(ContactMethod::Phone).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    let code = code_by_sms(&server).await;
    for count in 1..=4 {
        let answer = attempt.with_code(&server, wrong(&code)).await;
        assert_eq!(answer.brief(), counted("INCORRECT", count));
    }
    assert_eq!(attempt.resend(&server).await, OK);
    let answer = attempt.with_code(&server, wrong(&code)).await;
    assert_eq!(answer.brief(), RESTART);
    assert_eq!(attempt.resend(&server).await, RESTART);

    let attempt = Attempt::start(&server, NUMBER).await;
    let code = code_by_sms(&server).await;
    server.clock.advance(15 * 60_000 + 1);
    let expired = attempt.with_code(&server, &code).await;
    assert_eq!(expired.brief(), counted("EXPIRED", 1));
    assert_eq!(attempt.resend(&server).await, OK);
    let fresh = code_by_sms(&server).await;
    assert!(is_ok(&attempt.with_code(&server, &fresh).await));
}

#[tokio::test]
async fn an_attempt_ends_when_the_server_sends_no_messages_of_its_kind_any_more() {
    let server = start(ContactMethod::EmailOrPhone).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    let code = code_by_sms(&server).await;
    let server = server.beside(|_| {}).await;
    assert_eq!(attempt.resend(&server).await, RESTART);
    let body = json!({"deviceId": attempt.device_id, "preAuthSessionId": "x"});
    assert_eq!(server.post(RESEND).json(&body).await.brief(), RESTART);
    // What was sent before still works.
    assert!(is_ok(&attempt.with_code(&server, &code).await));
}

#[tokio::test]
async fn a_message_holds_what_the_setting_says() {
    for (flow, code, link) in [
        (FlowType::CodeAndLink, true, true),
        (FlowType::Code, true, false),
        (FlowType::Link, false, true),
    ] {
        let server = Server::start_with(|config| {
            ContactMethod::Phone.set(config);
            flow.set(config);
        })
        .await;
        Attempt::start(&server, NUMBER).await;
        let sent = sent_by_sms(&server).await;
        assert_eq!(
            (sent.code.is_some(), sent.link_code.is_some()),
            (code, link)
        );
        let text = &server.text_messages().await[0].text;
        // The last line binds the code to the website (origin-bound one-time codes).
        let last = text.lines().last().expect("a line");
        assert_eq!(last.starts_with("@localhost #"), code, "{text}");
    }
}

#[tokio::test]
async fn the_question_whether_a_number_is_known() {
    let server = start(ContactMethod::EmailOrPhone).await;
    let exists = async |path: &str| server.get(path).send().await.brief();
    let (yes, no) = (
        r#"200 {"status":"OK","exists":true}"#,
        r#"200 {"status":"OK","exists":false}"#,
    );
    let missing = r#"400 {"message":"Please provide the phoneNumber as a GET param"}"#;
    let attempt = Attempt::start(&server, NUMBER).await;
    let known = format!("{EXISTS}?phoneNumber=%2B36201234567");
    assert_eq!(exists(&known).await, no);
    let code = code_by_sms(&server).await;
    assert!(is_ok(&attempt.with_code(&server, &code).await));
    for (query, expected) in [
        ("?phoneNumber=%2B36201234567", yes),
        ("?phoneNumber=%2B36%2020%20123%204567", yes),
        // A `+` that is not escaped is a blank.
        ("?phoneNumber=+36201234567", no),
        ("?phoneNumber=%2B36209999999", no),
        ("?phoneNumber=abc", no),
        ("?phoneNumber=", no),
        ("", missing),
        (
            "?phoneNumber=%2B36201234567&phoneNumber=%2B36201234567",
            missing,
        ),
    ] {
        assert_eq!(
            exists(&format!("{EXISTS}{query}")).await,
            expected,
            "{query}"
        );
    }
    let spelled = "/auth/passwordless/phoneNumber/exists?phoneNumber=%2B36209999999";
    assert_eq!(server.get(spelled).send().await.status, 404);
}

#[tokio::test]
async fn a_user_without_an_address_has_nothing_to_verify() {
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        Mode::Required.set(config);
    })
    .await;
    let attempt = Attempt::start(&server, NUMBER).await;
    let code = code_by_sms(&server).await;
    let signed_in = attempt.with_code(&server, &code).await;
    assert_eq!(signed_in.front_token()["up"]["st-ev"]["v"], true);
    let bearer = format!("Bearer {}", signed_in.access());
    let ask = server.get("/auth/user/email/verify");
    let answer = ask.header("authorization", &bearer).send().await;
    assert_eq!(answer.brief(), r#"200 {"status":"OK","isVerified":true}"#);
    assert!(!answer.has_session_headers(), "{answer}");
    let ask = server.post("/auth/user/email/verify/token");
    let answer = ask.header("authorization", &bearer).json(&json!({})).await;
    let already = r#"200 {"status":"EMAIL_ALREADY_VERIFIED_ERROR"}"#;
    assert_eq!(answer.brief(), already);
}

#[tokio::test]
async fn clients_of_early_versions_get_the_user_of_old() {
    let server = start(ContactMethod::Phone).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    let body = attempt.body_with_code(&code_by_sms(&server).await);
    let ask = server.post("/auth/signinup/code/consume");
    let ask = ask.header("fdi-version", "1.17");
    let answer = ask.header("st-auth-mode", "header").json(&body).await;
    let json = answer.json();
    let user = json["user"].as_object().expect("it is an object");
    let keys: Vec<&str> = user.keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "timeJoined", "phoneNumber"]);
}

async fn ask(server: &Server, number: String) -> Exchange {
    let body = json!({ "phoneNumber": number });
    server.post(CREATE).json(&body).await
}

/// Settings with one limit on.
fn with_limits(config: &mut Config, change: impl FnOnce(&mut LimitSettings)) {
    ContactMethod::EmailOrPhone.set(config);
    config.limits = LimitSettings::off();
    change(&mut config.limits);
}

#[tokio::test]
async fn the_messages_to_one_number_are_limited_however_it_is_written() {
    let server = Server::start_with(|config| {
        with_limits(config, |limits| {
            limits.code_request = "2+1/m".parse().expect("a rate");
        });
    })
    .await;
    let ask = async |number: &str| {
        let body = json!({ "phoneNumber": number });
        is_ok(&server.post(CREATE).json(&body).await)
    };
    assert!(ask(NUMBER).await && ask("+36 20 123 4567").await);
    assert!(!ask("+36-20-1234567").await);
    assert!(ask("+36 20 123 4568").await);
    assert_eq!(server.text_messages().await.len(), 3);
}

#[tokio::test]
async fn each_country_has_a_budget_for_all_its_numbers_on_all_servers() {
    let limits = |config: &mut Config| {
        with_limits(config, |limits| {
            limits.sms_country = "3+1/d".parse().expect("a rate");
        });
    };
    let server = Server::start_with(limits).await;
    let beside = server.beside(limits).await;
    let first = ask(&server, NUMBER.to_owned()).await;
    assert!(is_ok(&first), "{first}");
    let mut asked = Vec::new();
    for last in 1..=6 {
        let server = if last % 2 == 0 { &server } else { &beside };
        asked.push(Box::pin(ask(server, format!("+3630123456{last}"))));
    }
    let answers = join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| is_ok(answer)).count(), 2);
    let refused = answers.iter().find(|answer| !is_ok(answer));
    let refused = refused.expect("one is refused");
    assert!(refused.header("retry-after").is_some(), "{refused}");
    // A resend is charged, too; an address is not.
    assert_ne!(Attempt::of(&first).resend(&server).await, OK);
    let address = json!({"email": "a@ex.co"});
    assert!(is_ok(&server.post(CREATE).json(&address).await));
    // Numbers of another country, one with the same code included.
    for number in ["+14155552671", "+18765550123"] {
        assert!(is_ok(&ask(&server, number.to_owned()).await), "{number}");
    }
    let metrics = server.auth.metrics().text().expect("there are metrics");
    let refused = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with("auth_text_messages_total{outcome=\"refused\"}"));
        let count = line.and_then(|line| line.rsplit(' ').next()?.parse::<u32>().ok());
        count.unwrap_or_else(|| panic!("{text}"))
    };
    let beside = beside.auth.metrics().text().expect("there are metrics");
    assert_eq!(refused(&metrics) + refused(&beside), 5);
}

#[tokio::test]
async fn a_budget_of_a_country_comes_back_with_the_days() {
    let server = Server::start_with(|config| {
        with_limits(config, |limits| {
            limits.sms_country = "1+1/d".parse().expect("a rate");
        });
    })
    .await;
    let attempt = Attempt::start(&server, NUMBER).await;
    assert_ne!(attempt.resend(&server).await, OK);
    server.clock.advance(86_400_000);
    Attempt::start(&server, NUMBER).await;
}

#[tokio::test]
async fn a_server_that_cannot_send_text_messages_keeps_them_for_an_operator() {
    // The sender of a server without settings; the test kit's own is left out by the outbox of mails.
    let folder = tempfile::TempDir::new().expect("there is room");
    let path = folder.path().to_owned();
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        config.database_url = Secret::new("sqlite::memory:");
        config.mail_outbox = Some(path);
    })
    .await;
    let attempt = Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    // Beside the mails there is a file for each.
    let mut files = std::fs::read_dir(folder.path()).expect("a folder");
    let file = files.next().expect("a file").expect("a file").path();
    assert_eq!(file.extension().and_then(|name| name.to_str()), Some("txt"));
    let text = std::fs::read_to_string(&file).expect("text");
    assert!(text.starts_with("To: +36201234567\n\n"), "{text}");
    let code = text["To: +36201234567\n\n".len()..].split(' ').next();
    let code = code.expect("a code");
    assert!(is_ok(&attempt.with_code(&server, code).await));
    let page = server.get("/dev/outbox").send().await;
    assert!(page.body.contains("To +36201234567"), "{page}");
}
