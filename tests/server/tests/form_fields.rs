//! Fields of the sign-up form beside address and password: declared in code and by a setting, judged in their order.

mod common;

use auth_server::auth::AuthBuilder;
use auth_server::events::AuthEvent;
use auth_server::recipes::email_password::FormField;
use auth_server::{Config, Error};
use common::heard::Heard;
use common::{Exchange, Server, start_error};
use serde_json::{Value, json};

async fn sign_up(server: &Server, fields: Value) -> Exchange {
    let body = json!({ "formFields": fields });
    server.post("/auth/signup").json(&body).await
}

/// `id: error` of each refused field, in the order of the answer.
fn refused(answer: &Exchange) -> Vec<String> {
    let body = answer.json();
    assert_eq!(body["status"], "FIELD_ERROR", "{answer}");
    let fields = body["formFields"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let line = |field: &Value| format!("{}: {}", text(&field["id"]), text(&field["error"]));
    fields.iter().map(line).collect()
}

/// A field whose validator takes numbers only.
fn age() -> FormField {
    FormField::new("age")
        .optional()
        .validate(|value: Value, _: String| async move {
            match value.as_str().and_then(|age| age.parse::<u8>().ok()) {
                Some(_) => Ok(()),
                None => Err(Error::General("Please write a number.".to_owned())),
            }
        })
}

const MISSING: &str = "Field is not optional";

#[tokio::test]
async fn declared_fields_are_judged_first_and_then_password_and_address() {
    let build = |builder: AuthBuilder| builder.form_field(FormField::new("name")).form_field(age());
    let server = Server::start_extended(|_| {}, build).await;
    let password = "Password must contain at least 8 characters, including a number";
    let all_wrong = json!([
        {"id": "email", "value": "bad"}, {"id": "password", "value": "short"},
        {"id": "age", "value": "old"}, {"id": "name", "value": ""},
    ]);
    let expected = [
        format!("name: {MISSING}"),
        "age: Please write a number.".to_owned(),
        format!("password: {password}"),
        "email: Email is invalid".to_owned(),
    ];
    assert_eq!(refused(&sign_up(&server, all_wrong).await), expected);
    // A missing optional field is no error, and `null` is no value.
    let none = json!([{"id": "name", "value": null}]);
    let expected = ["name", "password", "email"].map(|id| format!("{id}: {MISSING}"));
    assert_eq!(refused(&sign_up(&server, none).await), expected);
    // Values of any type count as present.
    for value in [json!(0), json!(false), json!({})] {
        let fields = json!([
            {"id": "email", "value": "bad"}, {"id": "password", "value": "passw0rd"},
            {"id": "name", "value": value},
        ]);
        assert_eq!(
            refused(&sign_up(&server, fields).await),
            ["email: Email is invalid"]
        );
    }
}

#[tokio::test]
async fn a_form_takes_as_many_fields_as_are_declared_whatever_their_names() {
    let server = Server::start_extended(
        |_| {},
        |builder| builder.form_field(FormField::new("name").optional()),
    )
    .await;
    let too_many = json!([
        {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"},
        {"id": "x", "value": 1}, {"id": "y", "value": 2},
    ]);
    let answer = sign_up(&server, too_many).await;
    assert_eq!(
        answer.brief(),
        r#"400 {"message":"Are you sending too many formFields?"}"#
    );
    let unknown = json!([
        {"id": "x", "value": 1}, {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"},
    ]);
    assert_eq!(sign_up(&server, unknown).await.json()["status"], "OK");
    // A sign-in has two fields, whatever is declared.
    let three = json!({"formFields": [
        {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"}, {"id": "name", "value": "A"},
    ]});
    let answer = server.post("/auth/signin").json(&three).await;
    assert_eq!(
        answer.brief(),
        r#"400 {"message":"Are you sending too many formFields?"}"#
    );
}

#[tokio::test]
async fn what_was_written_reaches_the_event_of_the_sign_up_without_password_and_unknown_fields() {
    let heard = Heard::default();
    let build = |builder: AuthBuilder| {
        let builder = builder.form_field(FormField::new("name")).form_field(age());
        heard.listen(builder.form_field(FormField::new("terms")))
    };
    let server = Server::start_extended(|_| {}, build).await;
    let fields = json!([
        {"id": "password", "value": "passw0rd"}, {"id": "terms", "value": true}, {"id": "name", "value": "Ana"},
        {"id": "email", "value": "Ana@ex.co"}, {"id": "admin", "value": true},
    ]);
    assert_eq!(sign_up(&server, fields).await.json()["status"], "OK");
    let events = heard.events(&server).await;
    let AuthEvent::SignedUp {
        user, form_fields, ..
    } = &events[0]
    else {
        panic!("{events:?}");
    };
    assert_eq!(user.emails, ["ana@ex.co"]);
    assert_eq!(
        Value::Object(form_fields.clone()),
        json!({"name": "Ana", "terms": true})
    );
    assert!(!format!("{events:?}").contains("passw0rd"));
}

#[tokio::test]
async fn fields_of_the_setting_come_before_those_of_the_code() {
    let written = r#"[{"id":"city","pattern":"^[A-Z]","error":"Begin with a capital"},{"id":"zip","optional":true,"pattern":"^\\d{5}$"}]"#;
    let change = |config: &mut Config| config.recipes.set("AUTH_FORM_FIELDS", written);
    let server =
        Server::start_extended(change, |builder| builder.form_field(FormField::new("name"))).await;
    let fields = json!([
        {"id": "city", "value": "rome"}, {"id": "zip", "value": 12345},
        {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"},
    ]);
    let expected = [
        "city: Begin with a capital".to_owned(),
        "zip: Field is not valid".to_owned(),
        format!("name: {MISSING}"),
    ];
    assert_eq!(refused(&sign_up(&server, fields).await), expected);
    let fields = json!([
        {"id": "city", "value": "Rome"}, {"id": "zip", "value": ""}, {"id": "name", "value": "A"},
        {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"},
    ]);
    assert_eq!(sign_up(&server, fields).await.json()["status"], "OK");
    // A pattern is not compared with a text that is longer than any field needs.
    let fields = json!([
        {"id": "city", "value": format!("R{}", "x".repeat(1_000))}, {"id": "name", "value": "A"},
        {"id": "email", "value": "b@ex.co"}, {"id": "password", "value": "passw0rd"},
    ]);
    assert_eq!(
        refused(&sign_up(&server, fields).await),
        ["city: Begin with a capital"]
    );
}

#[tokio::test]
async fn a_validator_of_the_password_adds_to_the_policy_and_judges_resets_too() {
    let build = |builder: AuthBuilder| {
        let no_brand = |value: Value, _: String| async move {
            match value.as_str().is_some_and(|text| text.contains("shop")) {
                true => Err(Error::General("Not our name, please.".to_owned())),
                false => Ok(()),
            }
        };
        builder
            .form_field(FormField::new("email"))
            .form_field(FormField::new("password").validate(no_brand))
    };
    let server = Server::start_extended(|_| {}, build).await;
    let form = |email: &str, password: &str| json!([{"id": "email", "value": email}, {"id": "password", "value": password}]);
    let expected = ["email: Email is invalid", "password: Not our name, please."];
    assert_eq!(
        refused(&sign_up(&server, form("bad", "my shop 1")).await),
        expected
    );
    let short = "password: Password must contain at least 8 characters, including a number";
    assert_eq!(
        refused(&sign_up(&server, form("a@ex.co", "shop")).await),
        [short]
    );
    server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    let body = json!({"formFields": [{"id": "password", "value": "my shop 1"}], "token": token});
    let answer = server.post("/auth/user/password/reset").json(&body).await;
    assert_eq!(refused(&answer), ["password: Not our name, please."]);
}

#[tokio::test]
async fn a_validator_that_fails_or_panics_stores_nothing_and_the_server_goes_on() {
    let build = |builder: AuthBuilder| {
        builder.form_field(FormField::new("name").validate(
            |value: Value, tenant: String| async move {
                assert_eq!(tenant, "public");
                match value.as_str() {
                    Some("fail") => Err(Error::internal("the directory is down")),
                    Some("panic") => panic!("a mistake in the validator"),
                    _ => Ok(()),
                }
            },
        ))
    };
    let server = Server::start_extended(|_| {}, build).await;
    let form = |name: &str| json!([{"id": "name", "value": name}, {"id": "email", "value": "a@ex.co"}, {"id": "password", "value": "passw0rd"}]);
    for name in ["fail", "panic"] {
        let answer = sign_up(&server, form(name)).await;
        assert_eq!(answer.status, 500, "{name}");
        assert!(!answer.has_session_headers());
    }
    assert_eq!(sign_up(&server, form("Ana")).await.json()["status"], "OK");
}

#[tokio::test]
async fn fields_that_cannot_work_stop_the_start() {
    let refused = async |setting: &str, twice: bool| {
        let set = |config: &mut Config| config.recipes.set("AUTH_FORM_FIELDS", setting);
        let declare = |builder: AuthBuilder| match twice {
            true => builder.form_field(FormField::new("name")),
            false => builder,
        };
        start_error(set, declare).await
    };
    let twice = refused(r#"[{"id":"name"}]"#, true).await;
    assert!(twice.contains("`name` is declared twice"), "{twice}");
    for (setting, expected) in [
        ("{", "AUTH_FORM_FIELDS: "),
        (r#"[{"id":"a","label":"A"}]"#, "unknown field `label`"),
        (
            r#"[{"id":"a","pattern":"("}]"#,
            "the pattern of `a` is no regular expression",
        ),
    ] {
        let error = refused(setting, false).await;
        assert!(error.contains(expected), "{error}");
    }
}
