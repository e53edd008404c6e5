//! The application's own claims as a type of its own: read, and replaced as a whole, in a request and by handle.

mod common;

use auth_server::auth::AuthBuilder;
use auth_server::session::{PROTECTED_CLAIMS, TransferMethod};
use auth_server::{Auth, AuthContext, Claim, Endpoints, Error, NewSessionFor, Session, Subject};
use axum::Router;
use axum::routing::{get, post};
use common::Server;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What this application keeps in its access tokens.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Profile {
    visits: u32,
    nickname: Option<String>,
}

fn profile(visits: u32, nickname: Option<&str>) -> Profile {
    Profile {
        visits,
        nickname: nickname.map(str::to_owned),
    }
}

/// Begins a session with a profile, and with a claim that is no part of it.
async fn sign_in(context: AuthContext) -> Result<String, Error> {
    let mut new = NewSessionFor::user("ana").with_claims(&profile(1, Some("Ana")))?;
    new.claims.insert("campaign".to_owned(), json!("spring"));
    Ok(context.create_session(new).await?.handle.clone())
}

async fn read(session: Session) -> Result<String, Error> {
    Ok(format!("{:?}", session.own_claims::<Profile>()?))
}

/// Replaces all claims by the JSON of the body.
async fn replace(
    mut session: Session,
    context: AuthContext,
    body: String,
) -> Result<String, Error> {
    let claims: Value = serde_json::from_str(&body).map_err(Error::internal)?;
    context.replace_claims(&mut session, &claims).await?;
    Ok(Value::Object(session.claims.clone()).to_string())
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/profile", get(read))
        .route("/replace", post(replace))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

/// A server that fetches a claim for every session.
async fn start() -> Server {
    let roles = Claim::new("roles", |_: Subject| async {
        Ok(Some(vec!["writer".to_owned()]))
    });
    let build = move |builder: AuthBuilder| builder.claim(roles);
    Server::start_built(|_| {}, build, app).await
}

/// The names of an object, without those that the server protects.
fn names(claims: &Value) -> Vec<&str> {
    let claims = claims.as_object().expect("an object");
    let names = claims.keys().map(String::as_str);
    names
        .filter(|name| !PROTECTED_CLAIMS.contains(name))
        .collect()
}

#[tokio::test]
async fn claims_are_read_and_replaced_in_a_request() {
    let server = start().await;
    let begun = server.post("/sign-in").send().await;
    let bearer = format!("Bearer {}", begun.access());
    let read = async |bearer: &str| {
        let ask = server.get("/profile").header("authorization", bearer);
        ask.send().await.brief()
    };
    let expected = r#"200 Profile { visits: 1, nickname: Some("Ana") }"#;
    assert_eq!(read(&bearer).await, expected);

    let ask = server.post("/replace").header("authorization", &bearer);
    let replaced = ask.text(r#"{"visits":2,"nickname":null}"#).await;
    assert_eq!(replaced.status, 200, "{replaced}");
    let claims: Value = replaced.json();
    // Neither the old nickname nor the campaign is left; what the server writes and fetches is.
    assert_eq!(names(&claims), ["iss", "roles", "visits"]);
    assert_eq!(claims["iss"], "http://localhost:3001/auth");
    assert_eq!(claims["roles"]["v"], json!(["writer"]));
    assert_eq!(claims["sub"], "ana");
    assert_eq!(claims["sessionHandle"], begun.body);
    // The client has a token that says so, and so does a refresh.
    let bearer = format!("Bearer {}", replaced.access());
    let expected = "200 Profile { visits: 2, nickname: None }";
    assert_eq!(read(&bearer).await, expected);
    let ask = server.post("/auth/session/refresh");
    let ask = ask.header("authorization", &format!("Bearer {}", begun.refresh()));
    let refreshed = ask.send().await;
    let bearer = format!("Bearer {}", refreshed.access());
    assert_eq!(read(&bearer).await, expected);
    let up = &refreshed.front_token()["up"];
    assert_eq!(names(up), ["iss", "roles", "visits"]);
}

#[tokio::test]
async fn claims_are_read_and_replaced_by_handle() {
    let server = start().await;
    let handle = server.post("/sign-in").send().await.body;
    let sessions = server.auth.sessions();
    let read = async || {
        let known = sessions.information_by_handle(&handle).await;
        known.expect("the store works").expect("it is there")
    };
    let known = read().await;
    let own: Profile = known.own_claims().expect("a profile");
    assert_eq!(own, profile(1, Some("Ana")));
    let next = profile(3, None);
    let replaced = sessions.replace_claims_by_handle(&handle, &next).await;
    assert!(replaced.expect("the store works"));
    let known = read().await;
    assert_eq!(known.own_claims::<Profile>().expect("a profile"), next);
    assert_eq!(names(&json!(known.claims)), ["iss", "roles", "visits"]);
    // All of them, and then none.
    let nothing: Map<String, Value> = Map::new();
    let replaced = sessions.replace_claims_by_handle(&handle, &nothing).await;
    assert!(replaced.expect("the store works"));
    assert_eq!(names(&json!(read().await.claims)), ["iss", "roles"]);
    let absent = sessions.replace_claims_by_handle("x", &next).await;
    assert!(!absent.expect("the store works"));
}

#[tokio::test]
async fn a_replacement_cannot_touch_what_the_server_protects() {
    let server = start().await;
    let begun = server.post("/sign-in").send().await;
    let handle = begun.body.clone();
    let bearer = format!("Bearer {}", begun.access());
    let sessions = server.auth.sessions();
    let stored = async || {
        let known = sessions.information_by_handle(&handle).await;
        known.expect("the store works").expect("it is there").claims
    };
    let before = stored().await;
    for name in PROTECTED_CLAIMS {
        let forged = json!({ "visits": 9, (name): "forged" });
        let ask = server.post("/replace").header("authorization", &bearer);
        let refused = ask.text(&forged.to_string()).await;
        assert_eq!(refused.status, 500, "{name}: {refused}");
        assert!(!refused.has_session_headers(), "{name}");
        let refused = sessions.replace_claims_by_handle(&handle, &forged).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{name}");
        let new = NewSessionFor::user("ana").with_claims(&forged);
        assert!(matches!(new, Err(Error::Internal(_))), "{name}");
    }
    for wrong in [json!([1]), json!("text"), json!(null)] {
        let refused = sessions.replace_claims_by_handle(&handle, &wrong).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{wrong}");
    }
    assert_eq!(stored().await, before);
    // The issuer is not the application's to set; a fetched claim is, as by `set_claim`.
    let issuer = json!({ "iss": "https://evil.example", "roles": { "v": [], "t": 0 } });
    let ask = server.post("/replace").header("authorization", &bearer);
    let replaced = ask.text(&issuer.to_string()).await.json();
    assert_eq!(replaced["iss"], "http://localhost:3001/auth");
    assert_eq!(replaced["roles"], json!({ "v": [], "t": 0 }));
}

#[tokio::test]
async fn claims_of_another_shape_are_an_error_that_names_the_field() {
    let server = start().await;
    let mut new = NewSessionFor::user("ana");
    new.claims.insert("visits".to_owned(), json!("many"));
    let sessions = server.auth.sessions();
    let begun = sessions.create_without_request(new, TransferMethod::Header);
    let (session, _) = begun.await.expect("it begins");
    let error = session.own_claims::<Profile>().expect_err("it is text");
    let text = error.to_string();
    assert!(
        text.contains("Profile`: invalid type: string \"many\""),
        "{text}"
    );
}
