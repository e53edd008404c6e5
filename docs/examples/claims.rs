//! What a session says about its user, and what routes demand of it.
//!
//! As `examples/claims.rs` in the crate of the server: `cargo run --example claims`, then `POST /invitations/ana`
//! signs in (by header), and the routes below answer 200, 401 or 403. The access token carries each claim as
//! `"<key>":{"v":<value>,"t":<ms>}`; what a route demands and is missing or too old is fetched from the application,
//! here a list in memory.

use std::sync::LazyLock;
use std::time::Duration;

use auth_server::app_info::AppInfoInput;
use auth_server::{
    Auth, AuthContext, Claim, ClaimValidators, Config, Endpoints, Error, NewSessionFor, Session,
    Subject, Validator, Verdict, VerifyOptions, VerifySession, shutdown_signal,
};
use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

/// Which user has which roles: the application's own table.
const ROLES: [(&str, &str); 2] = [("ana", "admin"), ("bea", "writer")];

/// A list that is fetched from the application.
static ROLE_CLAIM: LazyLock<Claim<Vec<String>>> = LazyLock::new(|| {
    Claim::new("roles", |user: Subject| async move {
        let roles = ROLES.iter().filter(|(name, _)| *name == user.user_id);
        Ok(Some(roles.map(|(_, role)| (*role).to_owned()).collect()))
    })
});

/// A claim of a type of its own, which the application only sets.
static PLAN: LazyLock<Claim<Plan>> = LazyLock::new(|| Claim::set_only("plan"));

/// What a user has paid for.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    name: String,
    seats: u32,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().init();
    let config = Config::for_app(&AppInfoInput {
        app_name: Some("Example".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })?;
    let auth = Auth::builder(config)
        // Every new session begins with this claim; `.claim_validator(..)` would demand something of
        // every session.
        .claim(ROLE_CLAIM.clone())
        .build()
        .await?;
    let listener = TcpListener::bind(auth.config().listen).await?;
    auth_server::serve(listener, app(&auth), shutdown_signal()).await;
    auth.close().await;
    Ok(())
}

/// The routes and what each demands.
pub(crate) fn app(auth: &Auth) -> Router {
    let writers = demanding(vec![ROLE_CLAIM.includes_any(["writer", "admin"])]);
    let admins = VerifySession::new(VerifyOptions {
        // A session that was revoked is refused at once, not only when its access token expires.
        check_database: true,
        // Roles are fetched again after five minutes.
        claims: ClaimValidators::GlobalAnd(vec![
            ROLE_CLAIM
                .includes("admin")
                .max_age(Duration::from_secs(300)),
        ]),
        ..VerifyOptions::default()
    });
    let three_seats = PLAN.check(|plan| match plan {
        Some(plan) if plan.seats >= 3 => Verdict::Met,
        Some(_) => Verdict::Unmet(Some("the plan is too small".into())),
        None => Verdict::Unmet(Some("there is no plan".into())),
    });
    Router::new()
        .route("/invitations/{name}", post(accept_invitation))
        .route("/plan/{name}", post(choose_plan))
        .route("/write", post(write).route_layer(writers))
        .route("/team", get(team).route_layer(demanding(vec![three_seats])))
        .route(
            "/users/{id}/sign-out",
            post(sign_out_everywhere).route_layer(admins),
        )
        .layer(auth_server::layer(auth.clone(), Endpoints::new()))
}

/// Demands what the server demands everywhere, and this.
fn demanding(validators: Vec<Validator>) -> VerifySession {
    VerifySession::new(VerifyOptions {
        claims: ClaimValidators::GlobalAnd(validators),
        ..VerifyOptions::default()
    })
}

/// Signs in; a real application would check something.
async fn accept_invitation(
    Path(name): Path<String>,
    context: AuthContext,
) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user(name)).await?;
    Ok(session.handle.clone())
}

/// Sets a claim; the answer carries the new access token.
async fn choose_plan(
    Path(name): Path<String>,
    mut session: Session,
    context: AuthContext,
) -> Result<String, Error> {
    let plan = Plan { name, seats: 5 };
    context.set_claim(&mut session, &PLAN, &plan).await?;
    Ok(plan.name)
}

/// Under a layer, the session is the one that the layer let through.
async fn write(session: Session) -> String {
    format!("{:?}", session.claim(&ROLE_CLAIM).unwrap_or_default())
}

async fn team(session: Session) -> String {
    let seats = session.claim(&PLAN).map(|plan| plan.seats);
    seats.unwrap_or_default().to_string()
}

/// Ends all sessions of another user, wherever they are.
async fn sign_out_everywhere(
    Path(id): Path<String>,
    context: AuthContext,
) -> Result<String, Error> {
    let ended = context.auth().sessions().revoke_all(&id, None).await?;
    Ok(ended.len().to_string())
}
