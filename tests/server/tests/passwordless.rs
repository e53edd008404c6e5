//! `POST /signinup/code`, `/signinup/code/resend` and `/signinup/code/consume`, `GET /passwordless/email/exists`:
//! what they answer.

mod common;

use auth_server::recipes::email_verification::Mode;
use auth_server::recipes::passwordless::FlowType;
use common::codes::{
    Attempt, CONSUME, CREATE, OK, RESEND, RESTART, consume, counted, sent, sent_code, sent_link,
    wrong,
};
use common::{Server, form, shown};
use serde_json::json;

const EXISTS: &str = "/auth/passwordless/email/exists";

#[tokio::test]
async fn a_code_signs_a_new_user_up_and_a_known_one_in() {
    let server = Server::start().await;
    let body = json!({"email": "  Ana@Ex.co "});
    let created = server.post(CREATE).json(&body).await;
    let attempt = Attempt::of(&created);
    assert_eq!(attempt.device_id.len(), 44);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("\"[A-Za-z0-9+/]{43}=\"", "\"<device id>\"");
    settings.add_filter("([=#\"])[A-Za-z0-9_-]{43}", "$1<43 characters>");
    settings.add_filter("(?m)^[0-9]{6}$", "<code>");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let bound = settings.bind_to_scope();
    shown("passwordless_create", &created);
    let mails = server.mails().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ana@ex.co"));
    let text = format!("{}\n\n{}", mails[0].subject, mails[0].text);
    insta::assert_snapshot!("passwordless_mail", text);

    let code = sent_code(&server).await;
    let signed_up = attempt.with_code(&server, &code).await;
    shown("passwordless_consume", &signed_up);
    drop(bound);
    let user = &signed_up.json()["user"];
    assert_eq!(user["id"], user["loginMethods"][0]["recipeUserId"]);
    // Once.
    assert_eq!(attempt.with_code(&server, &code).await.brief(), RESTART);
    assert_eq!(attempt.resend(&server).await, RESTART);

    let again = Attempt::start(&server, "ana@ex.co").await;
    let body = again.body_with_code(&sent_code(&server).await);
    let ask = server.post(CONSUME).header("st-auth-mode", "cookie");
    let signed_in = ask.json(&body).await;
    assert!(signed_in.cookie("sAccessToken").is_some(), "{signed_in}");
    assert_eq!(signed_in.json()["createdNewRecipeUser"], false);
    assert_eq!(&signed_in.json()["user"], user);
}

#[tokio::test]
async fn a_link_signs_in_on_any_device_and_once() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let link_code = sent_link(&server).await;
    // What opens links in mails sends GET, and does not send what stands behind the `#`.
    let path = format!("{CONSUME}?preAuthSessionId={}", attempt.pre_auth_session_id);
    assert_eq!(server.get(&path).send().await.status, 404);
    for wrong in ["", "abcd", &"A".repeat(43)] {
        let answer = attempt.with_link(&server, wrong).await;
        assert_eq!(answer.brief(), RESTART, "{wrong}");
    }
    let elsewhere = json!({"preAuthSessionId": "nosuch", "linkCode": link_code});
    assert_eq!(consume(&server, &elsewhere).await.brief(), RESTART);
    let signed_in = attempt.with_link(&server, &link_code).await;
    assert_eq!(signed_in.json()["status"], "OK", "{signed_in}");
    assert_eq!(signed_in.json()["createdNewRecipeUser"], true);
    assert!(signed_in.has_session_headers());
    let again = attempt.with_link(&server, &link_code).await;
    assert_eq!(again.brief(), RESTART);
}

#[tokio::test]
async fn a_message_holds_what_the_setting_says() {
    for (flow, name, code, link) in [
        (
            FlowType::CodeAndLink,
            "USER_INPUT_CODE_AND_MAGIC_LINK",
            true,
            true,
        ),
        (FlowType::Code, "USER_INPUT_CODE", true, false),
        (FlowType::Link, "MAGIC_LINK", false, true),
    ] {
        let server = Server::start_with(|config| flow.set(config)).await;
        let body = json!({"email": "ana@ex.co"});
        let answer = server.post(CREATE).json(&body).await;
        assert_eq!(answer.json()["flowType"], name);
        let attempt = Attempt::of(&answer);
        for _ in 0..2 {
            let sent = sent(&server).await;
            assert_eq!(
                (sent.code.is_some(), sent.link_code.is_some()),
                (code, link)
            );
            assert_eq!(attempt.resend(&server).await, OK);
        }
        // What is not sent is no way to sign in, right or wrong.
        if !code {
            let answer = attempt.with_code(&server, "000000").await;
            assert!(answer.is_end_of_session("unauthorised"), "{answer}");
        }
        if !link {
            let answer = attempt.with_link(&server, &"A".repeat(43)).await;
            assert!(answer.is_end_of_session("unauthorised"), "{answer}");
        }
    }
}

#[tokio::test]
async fn beside_a_session_no_link_is_sent_and_no_account_is_linked() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let bearer = format!("Bearer {}", ana.access());
    let body = json!({"email": "eva@ex.co", "shouldTryLinkingWithSessionUser": true});
    let refused = server.post(CREATE).json(&body).await;
    assert_eq!(refused.brief(), r#"401 {"message":"unauthorised"}"#);
    // Nothing is linked without `AUTH_ACCOUNT_LINKING`, so no message is sent for it.
    let ask = || server.post(CREATE).header("authorization", &bearer);
    let refused = ask().json(&body).await;
    assert_eq!(refused.status, 400, "{refused}");
    assert!(server.mails().await.is_empty());

    // A client that does not know the flag.
    let created = ask().header("fdi-version", "3.0").json(&body).await;
    assert_eq!(created.json()["flowType"], "USER_INPUT_CODE");
    let sent = sent(&server).await;
    assert!(sent.link_code.is_none());
    let code = sent.code.expect("there is a code");
    let mut body = Attempt::of(&created).body_with_code(&code);
    body["shouldTryLinkingWithSessionUser"] = json!(true);
    let ask = server.post(CONSUME).header("authorization", &bearer);
    let refused = ask.json(&body).await;
    assert_eq!(refused.status, 400, "{refused}");
    // The code is not spent by that.
    body["shouldTryLinkingWithSessionUser"] = json!(false);
    let signed_in = consume(&server, &body).await;
    assert_eq!(signed_in.json()["status"], "OK");
    assert_ne!(signed_in.json()["user"]["id"], ana.json()["user"]["id"]);
}

#[tokio::test]
async fn what_create_refuses_is_named() {
    let server = Server::start().await;
    let one = r#"400 {"message":"Please provide exactly one of email or phoneNumber"}"#;
    let string = r#"400 {"message":"The email must be a string"}"#;
    let phone = r#"400 {"message":"Please provide an email since you have set the contactMethod to \"EMAIL\""}"#;
    let invalid = r#"200 {"status":"GENERAL_ERROR","message":"Email is invalid"}"#;
    for (body, expected) in [
        (json!({}), one),
        (json!([]), one),
        (json!("x"), one),
        (
            json!({"email": "a@ex.co", "phoneNumber": "+36201234567"}),
            one,
        ),
        (json!({"email": null}), string),
        (json!({"email": 5}), string),
        (json!({"email": "bad"}), invalid),
        (json!({"email": ""}), invalid),
        (json!({"phoneNumber": "+36201234567"}), phone),
    ] {
        let answer = server.post(CREATE).json(&body).await;
        assert_eq!(answer.brief(), expected, "{body}");
    }
    assert!(server.mails().await.is_empty());
}

#[tokio::test]
async fn what_resend_and_consume_refuse_is_named() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    let (pre, device) = (&attempt.pre_auth_session_id, &attempt.device_id);
    let unknown = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let message = |text: &str| format!(r#"400 {{"message":"{text}"}}"#);
    let no_pre = message("Please provide preAuthSessionId");
    let device_encoding = message("Input encoding error in deviceId");
    for (body, expected) in [
        (json!({}), no_pre.clone()),
        (json!({"deviceId": "x"}), no_pre.clone()),
        (
            json!({"preAuthSessionId": "x"}),
            message("Please provide a deviceId"),
        ),
        (
            json!({"preAuthSessionId": "x", "deviceId": "!!"}),
            device_encoding.clone(),
        ),
        (
            json!({"preAuthSessionId": "x", "deviceId": 5}),
            device_encoding.clone(),
        ),
        (
            json!({"preAuthSessionId": "x", "deviceId": unknown}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": "x", "deviceId": null}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": "x", "deviceId": ""}),
            RESTART.to_owned(),
        ),
        // It has to be there, and is not compared.
        (
            json!({"preAuthSessionId": "x", "deviceId": device}),
            OK.to_owned(),
        ),
    ] {
        let answer = server.post(RESEND).json(&body).await;
        assert_eq!(answer.brief(), expected, "{body}");
    }

    let one_of =
        message("Please provide one of (linkCode) or (deviceId+userInputCode) and not both");
    let both = message("Please provide both deviceId and userInputCode");
    let code_type = message("Field name 'userInputCode' is invalid in JSON input");
    for (body, expected) in [
        (json!({}), no_pre.clone()),
        (json!({"deviceId": "d", "userInputCode": "1"}), no_pre),
        (json!({"preAuthSessionId": "s"}), one_of.clone()),
        (
            json!({"preAuthSessionId": "s", "linkCode": "l", "deviceId": "d"}),
            one_of.clone(),
        ),
        (
            json!({"preAuthSessionId": "s", "linkCode": "l", "userInputCode": "1"}),
            one_of,
        ),
        (
            json!({"preAuthSessionId": "s", "deviceId": "d"}),
            both.clone(),
        ),
        (json!({"preAuthSessionId": "s", "userInputCode": "1"}), both),
        (
            json!({"preAuthSessionId": pre, "linkCode": "!!!"}),
            message("Input encoding error in linkCode"),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": "!!", "userInputCode": "123456"}),
            device_encoding,
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": device, "userInputCode": 123_456}),
            code_type.clone(),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": device, "userInputCode": null}),
            code_type,
        ),
        (
            json!({"preAuthSessionId": "s", "deviceId": device, "userInputCode": code}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": 5, "deviceId": device, "userInputCode": code}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": format!("{pre}="), "deviceId": device, "userInputCode": code}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": unknown, "userInputCode": code}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": "", "userInputCode": code}),
            RESTART.to_owned(),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": device, "userInputCode": ""}),
            counted("INCORRECT", 1),
        ),
        (
            json!({"preAuthSessionId": pre, "deviceId": device, "userInputCode": format!(" {code} ")}),
            counted("INCORRECT", 2),
        ),
    ] {
        let answer = consume(&server, &body).await;
        assert_eq!(answer.brief(), expected, "{body}");
        assert!(!answer.has_session_headers());
    }
    let wrong = attempt.with_code(&server, wrong(&code)).await;
    assert_eq!(wrong.brief(), counted("INCORRECT", 3));
}

#[tokio::test]
async fn the_question_whether_an_address_is_known_is_about_this_recipe() {
    let server = Server::start().await;
    server.ana("header").await;
    let exists = async |query: &str| {
        let path = format!("{EXISTS}{query}");
        server.get(&path).send().await.brief()
    };
    let (yes, no) = (
        r#"200 {"status":"OK","exists":true}"#,
        r#"200 {"status":"OK","exists":false}"#,
    );
    let missing = r#"400 {"message":"Please provide the email as a GET param"}"#;
    let attempt = Attempt::start(&server, "eva@ex.co").await;
    for (query, expected) in [
        // Signs in with a password.
        ("?email=ana@ex.co", no),
        // Has asked for a code, and is no user yet.
        ("?email=eva@ex.co", no),
        ("?email=bad", no),
        ("?email=", no),
        ("", missing),
        ("?email=a@ex.co&email=b@ex.co", missing),
    ] {
        assert_eq!(exists(query).await, expected, "{query}");
    }
    let code = sent_code(&server).await;
    assert!(
        attempt
            .with_code(&server, &code)
            .await
            .has_session_headers()
    );
    assert_eq!(exists("?email=eva@ex.co").await, yes);
    assert_eq!(exists("?email=%20EVA@EX.CO%20").await, yes);
}

#[tokio::test]
async fn there_is_one_tenant_and_it_may_be_named() {
    let server = Server::start().await;
    let body = json!({"email": "ana@ex.co"});
    for path in ["/code", "/code/resend", "/code/consume"] {
        let path = format!("/auth/nosuch/signinup{path}");
        assert_eq!(server.post(&path).json(&body).await.status, 404, "{path}");
    }
    let path = "/auth/nosuch/passwordless/email/exists?email=a@ex.co";
    assert_eq!(server.get(path).send().await.status, 404);
    let named = server.post("/auth/public/signinup/code").json(&body).await;
    let attempt = Attempt::of(&named);
    let code = sent_code(&server).await;
    let body = attempt.body_with_code(&code);
    let ask = server.post("/auth/public/signinup/code/consume");
    assert_eq!(ask.json(&body).await.json()["status"], "OK");
}

#[tokio::test]
async fn a_password_and_a_code_are_two_users_and_the_code_proves_the_address() {
    let server = Server::start_with(|config| Mode::Required.set(config)).await;
    let ana = server.ana("header").await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let signed_in = attempt.with_code(&server, &sent_code(&server).await).await;
    assert_ne!(signed_in.json()["user"]["id"], ana.json()["user"]["id"]);
    assert_eq!(signed_in.front_token()["up"]["st-ev"]["v"], true);
    // The password is no proof, and the code is none for it.
    let form = form("ana@ex.co", "passw0rd");
    let ask = server.post("/auth/signin").header("st-auth-mode", "header");
    let with_password = ask.json(&form).await;
    assert_eq!(with_password.front_token()["up"]["st-ev"]["v"], false);
}

#[tokio::test]
async fn clients_of_early_versions_get_the_user_of_old() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let body = attempt.body_with_code(&sent_code(&server).await);
    let ask = server.post(CONSUME).header("fdi-version", "1.17");
    let answer = ask.header("st-auth-mode", "header").json(&body).await;
    let json = answer.json();
    assert_eq!(json["createdNewUser"], true);
    assert_eq!(json["createdNewRecipeUser"], true);
    let user = json["user"].as_object().expect("it is an object");
    let keys: Vec<&str> = user.keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "timeJoined", "email"]);
}
