//! Roles and permissions: what tokens say of them, what routes demand, and what is left of them. Bodies and claims are those
//! that the reference gave.

/// The example of the guide.
pub mod articles;
mod claims;
#[path = "../common/mod.rs"]
mod common;
mod guards;
mod managing;

use std::time::Duration;

use auth_server::auth::Requirement;
use auth_server::recipes::user_roles::{
    RoleClaims, RoleCreation, RoleDeletion, RoleGrant, RolePermissionsRemoval, RoleRevocation,
    Roles,
};
use auth_server::{
    Auth, AuthContext, Config, Endpoints, Error, Require, Session, Validator, VerifyOptions,
    VerifySession,
};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, START, Server, form};
use http::Method;
use serde_json::{Value, json};

#[test]
fn the_guide_shows_the_example_as_it_is_here() {
    let guide = include_str!("../../../../docs/guide.md");
    let block = format!("```rust\n{}```\n", include_str!("articles.rs"));
    assert!(guide.contains(&block), "docs/guide.md has another text");
}

/// A server whose tokens have these claims, with the roles of the reference's recording.
async fn start(claims: RoleClaims) -> Server {
    let server = Server::start_app(|config| claims.set(config), guards::app).await;
    let roles = server.auth.roles();
    for (role, permissions) in [("admin", vec!["read", "write"]), ("editor", vec!["read"])] {
        let made = roles.set(role, permissions).await.expect("it is stored");
        assert_eq!(made, RoleCreation::Created);
    }
    server
}

async fn sign_in(server: &Server) -> Exchange {
    let form = form("ana@ex.co", "passw0rd");
    let ask = server.post("/auth/signin").header("st-auth-mode", "header");
    ask.json(&form).await
}

fn user_id(answer: &Exchange) -> String {
    let id = answer.front_token()["uid"].as_str().map(str::to_owned);
    id.expect("it is text")
}

async fn grant(server: &Server, id: &str, role: &str) {
    let granted = server.auth.roles().grant("public", id, role).await;
    assert_eq!(granted.expect("it is stored"), RoleGrant::Granted);
}

/// What the front token of an answer says of a claim.
fn claim(answer: &Exchange, name: &str) -> Value {
    answer.front_token()["up"][name].clone()
}
