//! What an application demands of sessions, and what it changes about them from its handlers.

mod common;

use std::time::Duration;

use auth_server::auth::AuthBuilder;
use auth_server::session::{AntiCsrf, TransferMethod};
use auth_server::{
    Auth, AuthContext, Claim, Config, Endpoints, Error, NewSessionFor, Session, Verdict,
    VerifyOptions, VerifySession,
};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server};
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

async fn who(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone())
}

async fn sign_in(context: AuthContext) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user("u1")).await?;
    Ok(session.handle.clone())
}

async fn merge(mut session: Session, context: AuthContext, body: String) -> Result<String, Error> {
    let update: Map<String, Value> = serde_json::from_str(&body).map_err(Error::internal)?;
    context.merge_claims(&mut session, &update).await?;
    Ok(session.handle.clone())
}

/// Puts a session on the answer that began without the request.
async fn attach(context: AuthContext, mode: String) -> Result<String, Error> {
    let transfer = match mode.as_str() {
        "cookie" => TransferMethod::Cookie,
        _ => TransferMethod::Header,
    };
    let sessions = context.auth().sessions();
    let new = NewSessionFor::user("u1");
    let (session, tokens) = sessions.create_without_request(new, transfer).await?;
    context.attach(&session, &tokens)?;
    Ok(session.handle.clone())
}

/// Keeps the body with the session on the server, and answers what is known about the session then.
async fn keep(session: Session, context: AuthContext, body: String) -> Result<String, Error> {
    let data = serde_json::from_str(&body).map_err(Error::internal)?;
    context.replace_session_data(&session, data).await?;
    let known = context.session_information(&session).await?;
    let known = json!({
        "data": known.data, "user": known.user_id, "tenant": known.tenant_id,
        "created": known.created_at, "ends": known.expires_at, "iss": known.claims["iss"],
    });
    Ok(known.to_string())
}

/// Answers the access token, before and after its claims change.
async fn pass_on(mut session: Session, context: AuthContext) -> Result<String, Error> {
    assert!(!format!("{session:?}").contains(session.access_token.as_str()));
    let before = session.access_token.as_str().to_owned();
    let update = json!({ "k": 1 }).as_object().cloned().unwrap_or_default();
    context.merge_claims(&mut session, &update).await?;
    Ok(format!("{before} {}", session.access_token.as_str()))
}

/// Demands all that can be demanded, after the claims were set to the body, or removed.
async fn demand_all(
    mut session: Session,
    context: AuthContext,
    body: String,
) -> Result<String, Error> {
    let (plan, admin) = (plan(), Claim::<bool>::set_only("admin"));
    let teams: Claim<Vec<String>> = Claim::set_only("teams");
    if body == "set" {
        let gold = Plan {
            name: "gold".to_owned(),
            seats: 1,
        };
        context.set_claim(&mut session, &plan, &gold).await?;
        context.set_claim(&mut session, &admin, &false).await?;
        let list = vec!["red".to_owned(), "blue".to_owned()];
        context.set_claim(&mut session, &teams, &list).await?;
        assert_eq!(session.claim(&plan), Some(gold));
        assert_eq!(session.claim(&teams), Some(list));
    } else {
        context.remove_claim(&mut session, &plan).await?;
        context.remove_claim(&mut session, &admin).await?;
        context.remove_claim(&mut session, &teams).await?;
    }
    let seats = plan.check(|plan| match plan {
        Some(plan) if plan.seats > 1 => Verdict::Met,
        Some(_) => Verdict::Unmet(None),
        None => Verdict::Unmet(Some(json!("no plan"))),
    });
    let demands = [
        admin.has_value(true),
        admin.is_true().named("named"),
        admin.is_false().named("is-false"),
        teams.includes("green"),
        teams.excludes("red"),
        teams.includes_all(["red", "green"]),
        teams.includes_any(["green", "white"]),
        teams.excludes_all(["blue", "white"]),
        teams.includes("red"),
        seats,
    ];
    context.assert_claims(&mut session, &demands).await?;
    Ok(session.user_id.clone())
}

fn plan() -> Claim<Plan> {
    Claim::set_only("plan")
}

/// A claim of a type of the application's own.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Plan {
    name: String,
    seats: u32,
}

/// Routes that demand different things.
fn app(auth: Auth) -> Router {
    let optional = VerifySession::new(VerifyOptions {
        required: false,
        anti_csrf: Some(true),
        ..VerifyOptions::default()
    });
    let unchecked = VerifySession::new(VerifyOptions {
        anti_csrf: Some(false),
        ..VerifyOptions::default()
    });
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/merge", post(merge))
        .route("/attach", post(attach))
        .route("/keep", post(keep))
        .route("/pass-on", post(pass_on))
        .route("/demand-all", post(demand_all))
        .route("/who", any(who))
        .route("/optional", any(who).layer(optional))
        .route("/unchecked", any(who).layer(unchecked))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

/// Signs in by cookies: what was answered and what the browser sends from then on.
async fn signed_in(server: &Server) -> (Exchange, String) {
    let answer = server
        .post("/sign-in")
        .header("st-auth-mode", "cookie")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookies = answer.as_cookies();
    (answer, cookies)
}

const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;
const TRY_REFRESH: &str = r#"401 {"message":"try refresh token"}"#;

/// A session that does not exist any more when its claims change is over for the browser, too.
#[tokio::test]
async fn claims_of_an_ended_session_cannot_be_changed() {
    let server = Server::start_app(|_| {}, app).await;
    let (answer, cookies) = signed_in(&server).await;
    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    let ask = server.post("/merge").header("cookie", &cookies);
    let refused = ask.text(r#"{"k":1}"#).await;
    assert_eq!(refused.brief(), UNAUTHORISED);
    assert_eq!(refused.header("front-token"), Some("remove"));
}

#[tokio::test]
async fn a_layer_forces_or_waives_the_anti_csrf_rule() {
    let change = |config: &mut Config| config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    let server = Server::start_app(change, app).await;
    let (answer, cookies) = signed_in(&server).await;
    let token = answer.header("anti-csrf").expect("it is sent").to_owned();
    let ask = |method, path| server.ask(method, path).header("cookie", &cookies);
    assert_eq!(
        ask(Method::GET, "/optional").send().await.brief(),
        TRY_REFRESH
    );
    let with_token = ask(Method::GET, "/optional").header("anti-csrf", &token);
    assert_eq!(with_token.send().await.brief(), "200 u1");
    assert_eq!(
        ask(Method::POST, "/unchecked").send().await.brief(),
        "200 u1"
    );
    assert_eq!(ask(Method::POST, "/who").send().await.brief(), TRY_REFRESH);
    assert_eq!(server.post("/optional").send().await.brief(), "200 nobody");
    let options = server.ask(Method::OPTIONS, "/unchecked").send().await;
    assert_eq!(options.brief(), "200 nobody");
}

#[tokio::test]
async fn a_route_that_demands_without_the_layer_says_so() {
    let demands = VerifySession::new(VerifyOptions::default());
    let app = |_| Router::new().route("/x", get(who).route_layer(demands));
    let server = Server::start_app(|_| {}, app).await;
    let answer = server.get("/x").send().await;
    assert!(
        answer
            .brief()
            .starts_with("500 This route asks for a session")
    );
}

#[tokio::test]
async fn tokens_that_were_made_without_a_request_are_put_on_an_answer() {
    let change = |config: &mut Config| config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    let server = Server::start_app(change, app).await;
    let (first, cookies) = signed_in(&server).await;
    let attached = server.post("/attach").text("cookie").await;
    let attributes = |answer: &Exchange| {
        let lines = answer.cookie_lines().into_iter();
        let cut = lines.map(|line| line.split_once("; ").expect("attributes").1.to_owned());
        cut.collect::<Vec<_>>()
    };
    assert_eq!(attributes(&attached), attributes(&first));
    assert!(attached.header("anti-csrf").is_some());
    let next = attached.as_cookies();
    let who = server.get("/who").header("cookie", &next).send().await;
    assert_eq!(who.brief(), "200 u1");
    assert_eq!(attached.front_token()["up"]["sessionHandle"], attached.body);

    let ask = server.post("/attach").header("cookie", &cookies);
    let by_header = ask.text("header").await;
    assert!(by_header.clears_cookies() && !by_header.refresh().is_empty());
    assert_eq!(
        by_header.header("access-control-expose-headers"),
        Some("front-token, st-access-token, st-refresh-token")
    );
    let sessions = server.auth.sessions();
    let refreshed =
        sessions.refresh_without_request(by_header.refresh(), None, TransferMethod::Header);
    assert!(refreshed.await.is_ok());
}

#[tokio::test]
async fn what_is_kept_with_a_session_is_read_from_its_handlers() {
    let server = Server::start_app(|_| {}, app).await;
    let (answer, cookies) = signed_in(&server).await;
    server.clock.advance(1_000);
    let ask = |body| {
        let ask = server.post("/keep").header("cookie", &cookies);
        async move { ask.text(body).await }
    };
    let hundred_days = 144_000 * 60_000;
    let expected = |data: Value| {
        json!({
            "data": data, "user": "u1", "tenant": "public", "created": common::START,
            "ends": common::START + hundred_days, "iss": "http://localhost:3001/auth",
        })
    };
    let kept = ask(r#"{"cart":[1]}"#).await;
    assert_eq!(kept.json(), expected(json!({"cart": [1]})));
    assert!(!kept.has_session_headers(), "the page learns nothing of it");
    let kept = ask(r#"{"other":2}"#).await;
    assert_eq!(kept.json(), expected(json!({"other": 2})), "it is replaced");
    assert_eq!(ask("null").await.json(), expected(json!({})));

    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    let refused = ask("{}").await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}

#[tokio::test]
async fn a_handler_has_the_access_token_as_it_is_now() {
    let server = Server::start_app(|_| {}, app).await;
    let (answer, cookies) = signed_in(&server).await;
    let passed = server.post("/pass-on").header("cookie", &cookies);
    let passed = passed.send().await;
    let (before, after) = passed.body.split_once(' ').expect("there are two");
    assert_eq!(Some(before), answer.cookie("sAccessToken").as_deref());
    assert_eq!(Some(after), passed.cookie("sAccessToken").as_deref());
}

/// docs/protocol.md#claims-and-validators, row by row: the answers where a claim is missing, and where it is wrong.
#[tokio::test]
async fn every_validator_says_what_it_expects() {
    let server = Server::start_app(|_| {}, app).await;
    let (_, cookies) = signed_in(&server).await;
    let ask = |body| {
        let ask = server.post("/demand-all").header("cookie", &cookies);
        async move { ask.text(body).await }
    };
    let both = ["red", "green"];
    let missing = |id: &str, name: &str, value: Value| json!({"id": id, "reason": {"message": "value does not exist", name: value}});
    let refused = ask("removed").await;
    let expected = json!({"message": "invalid claim", "claimValidationErrors": [
        missing("admin", "expectedValue", json!(true)),
        missing("named", "expectedValue", json!(true)),
        missing("is-false", "expectedValue", json!(false)),
        missing("teams", "expectedToInclude", json!("green")),
        missing("teams", "expectedToNotInclude", json!("red")),
        missing("teams", "expectedToInclude", json!(both)),
        missing("teams", "expectedToNotInclude", json!(["green", "white"])),
        missing("teams", "expectedToNotInclude", json!(["blue", "white"])),
        missing("teams", "expectedToInclude", json!("red")),
        {"id": "plan", "reason": "no plan"},
    ]});
    assert_eq!(refused.brief(), format!("403 {expected}"));

    let teams = json!(["red", "blue"]);
    let wrong = |id: &str, name: &str, value: Value, actual: &Value| {
        json!({"id": id, "reason":
            {"message": "wrong value", name: value, "actualValue": actual}})
    };
    let refused = ask("set").await;
    let expected = json!({"message": "invalid claim", "claimValidationErrors": [
        wrong("admin", "expectedValue", json!(true), &json!(false)),
        wrong("named", "expectedValue", json!(true), &json!(false)),
        wrong("teams", "expectedToInclude", json!("green"), &teams),
        wrong("teams", "expectedToNotInclude", json!("red"), &teams),
        wrong("teams", "expectedToInclude", json!(both), &teams),
        wrong("teams", "expectedToIncludeAtLeastOneOf", json!(["green", "white"]), &teams),
        wrong("teams", "expectedToNotInclude", json!(["blue", "white"]), &teams),
        {"id": "plan"},
    ]});
    assert_eq!(refused.brief(), format!("403 {expected}"));
}

/// docs/protocol.md#claims-and-validators: a claim that is too old, and cannot be fetched again.
#[tokio::test]
async fn a_claim_that_is_too_old_says_how_old_it_may_be() {
    let admin = Claim::<bool>::set_only("admin");
    let recent = admin.is_true().max_age(Duration::from_secs(60));
    let begin = move |mut new: NewSessionFor, _: HeaderMap| {
        let entry = admin.setting(&true, common::START);
        async move {
            new.claims.extend(entry?);
            Ok(new)
        }
    };
    let build = |builder: AuthBuilder| builder.claim_validator(recent).on_create_session(begin);
    let server = Server::start_built(|_| {}, build, app).await;
    let (_, cookies) = signed_in(&server).await;
    let who = || server.get("/who").header("cookie", &cookies).send();
    server.clock.advance(60_000);
    assert_eq!(who().await.brief(), "200 u1");
    server.clock.advance(1);
    let reason = r#"{"message":"expired","ageInSeconds":60.001,"maxAgeInSeconds":60}"#;
    let expected = format!(
        r#"403 {{"message":"invalid claim","claimValidationErrors":[{{"id":"admin","reason":{reason}}}]}}"#
    );
    assert_eq!(who().await.brief(), expected);
}
