//! What routes demand, and what they answer to sessions that do not have it.

use super::*;

struct Admin;

impl Requirement for Admin {
    fn validators(auth: &Auth) -> Vec<Validator> {
        vec![auth.roles().has("admin")]
    }
}

struct FreshAdmin;

impl Requirement for FreshAdmin {
    fn validators(auth: &Auth) -> Vec<Validator> {
        vec![auth.roles().has("admin").max_age(Duration::from_secs(300))]
    }
}

/// All kinds of demands, none of which a user without roles meets, but for those that exclude.
struct Everything;

impl Requirement for Everything {
    fn validators(auth: &Auth) -> Vec<Validator> {
        let (roles, permissions) = (auth.roles().claim(), auth.roles().permissions_claim());
        vec![
            roles.includes("admin"),
            roles.includes_all(["admin", "editor"]),
            roles.includes_any(["admin", "editor"]).named("any"),
            roles.excludes("banned"),
            permissions.includes("write"),
            permissions.excludes_all(["destroy"]),
        ]
    }
}

struct NoAdmin;

impl Requirement for NoAdmin {
    fn validators(auth: &Auth) -> Vec<Validator> {
        vec![auth.roles().claim().excludes("admin")]
    }
}

async fn who(session: Require<Admin>) -> String {
    assert!(format!("{session:?}").starts_with("Require("));
    session.user_id.clone()
}

async fn fresh(session: Require<FreshAdmin>) -> String {
    session.into_session().user_id.clone()
}

async fn replace(mut session: Session, context: AuthContext) -> Result<&'static str, Error> {
    let own = json!({ "own": 1 });
    context.replace_claims(&mut session, &own).await?;
    Ok("done")
}

pub(crate) fn app(auth: Auth) -> Router {
    let optional = VerifySession::new(VerifyOptions {
        required: false,
        ..VerifyOptions::default()
    });
    let everything = VerifySession::default().requiring::<Everything>();
    let both = VerifySession::default()
        .requiring::<Admin>()
        .requiring::<NoAdmin>();
    Router::new()
        .route("/admin", any(who))
        .route("/fresh", get(fresh))
        .route(
            "/everything",
            get(|| async { "all" }).route_layer(everything),
        )
        .route("/both", get(|| async { "both" }).route_layer(both))
        .route("/optional", get(who).route_layer(optional))
        .route("/replace", post(replace))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

/// An application that refreshes by a route of its own.
fn refreshing(auth: Auth) -> Router {
    Router::new()
        .route("/auth/session/refresh", post(who))
        .layer(auth_server::layer(auth, Endpoints::new()).without("session.refresh"))
}

async fn ask(server: &Server, path: &str, session: &Exchange) -> Exchange {
    let bearer = format!("Bearer {}", session.access());
    server
        .get(path)
        .header("authorization", &bearer)
        .send()
        .await
}

#[tokio::test]
async fn a_session_without_the_role_is_refused_with_the_body_of_the_reference() {
    let server = start(RoleClaims::Both).await;
    let ana = server.ana("header").await;
    assert_eq!(
        ask(&server, "/admin", &ana).await.brief(),
        r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-role","reason":{"message":"wrong value","expectedToInclude":"admin","actualValue":[]}}]}"#
    );
    let refused = ask(&server, "/everything", &ana).await.json();
    let reason = |name: &str, expected: Value| json!({"message": "wrong value", (name): expected, "actualValue": []});
    let errors = json!([
        {"id": "st-role", "reason": reason("expectedToInclude", json!("admin"))},
        {"id": "st-role", "reason": reason("expectedToInclude", json!(["admin", "editor"]))},
        {"id": "any", "reason": reason("expectedToIncludeAtLeastOneOf", json!(["admin", "editor"]))},
        {"id": "st-perm", "reason": reason("expectedToInclude", json!("write"))},
    ]);
    assert_eq!(refused["claimValidationErrors"], errors);

    let id = user_id(&ana);
    for role in ["admin", "editor"] {
        grant(&server, &id, role).await;
    }
    let ana = sign_in(&server).await;
    assert_eq!(ask(&server, "/admin", &ana).await.body, id);
    assert_eq!(ask(&server, "/everything", &ana).await.body, "all");
    assert_eq!(
        ask(&server, "/both", &ana).await.brief(),
        r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-role","reason":{"message":"wrong value","expectedToNotInclude":"admin","actualValue":["admin","editor"]}}]}"#
    );
}

#[tokio::test]
async fn without_a_session_a_requirement_is_answered_401_also_where_the_layer_requires_none() {
    let server = start(RoleClaims::Both).await;
    for path in ["/admin", "/optional", "/everything"] {
        let refused = server.get(path).send().await;
        assert_eq!(
            refused.brief(),
            r#"401 {"message":"unauthorised"}"#,
            "{path}"
        );
    }
    let ana = server.ana("header").await;
    assert_eq!(ask(&server, "/optional", &ana).await.status, 403);
    grant(&server, &user_id(&ana), "admin").await;
    let ana = sign_in(&server).await;
    assert_eq!(ask(&server, "/optional", &ana).await.status, 200);
    // A browser sends no tokens with a preflight.
    let options = server.ask(Method::OPTIONS, "/admin").send().await;
    assert_eq!((options.status.as_u16(), options.body.as_str()), (204, ""));
}

#[tokio::test]
async fn a_claim_that_is_too_old_is_fetched_again_in_both_directions() {
    let server = start(RoleClaims::Both).await;
    let ana = server.ana("header").await;
    let id = user_id(&ana);
    grant(&server, &id, "admin").await;
    // Not as long as it is new.
    server.clock.advance(300_000);
    assert_eq!(ask(&server, "/fresh", &ana).await.status, 403);
    server.clock.advance(1);
    let fetched = ask(&server, "/fresh", &ana).await;
    assert_eq!(fetched.body, id);
    let roles = json!({ "v": ["admin"], "t": START + 300_001 });
    assert_eq!(claim(&fetched, "st-role"), roles);

    let revoked = server.auth.roles().revoke("public", &id, "admin").await;
    assert_eq!(revoked.expect("stored"), RoleRevocation::Revoked);
    assert_eq!(ask(&server, "/fresh", &fetched).await.status, 200);
    server.clock.advance(300_001);
    let refused = ask(&server, "/fresh", &fetched).await;
    assert_eq!(refused.status, 403);
    // A route that does not say how old a claim may be believes the token that it gets.
    assert_eq!(ask(&server, "/admin", &fetched).await.status, 200);
    // What the refusal has fetched is stored, and the next refresh brings it.
    let bearer = format!("Bearer {}", ana.refresh());
    let refresh = server.post("/auth/session/refresh");
    let refreshed = refresh.header("authorization", &bearer).send().await;
    assert_eq!(claim(&refreshed, "st-role")["v"], json!([]));
    assert_eq!(ask(&server, "/admin", &refreshed).await.status, 403);
}

#[tokio::test]
async fn a_requirement_holds_at_a_refresh_of_the_application_too() {
    let both = |config: &mut Config| RoleClaims::Both.set(config);
    let server = Server::start_app(both, refreshing).await;
    let none: [&str; 0] = [];
    let made = server.auth.roles().set("admin", none).await;
    assert_eq!(made.expect("stored"), RoleCreation::Created);
    let ana = server.ana("header").await;
    let refresh = async |session: &Exchange| {
        let bearer = format!("Bearer {}", session.refresh());
        let ask = server.post("/auth/session/refresh");
        ask.header("authorization", &bearer).send().await
    };
    let refused = refresh(&ana).await;
    assert_eq!(refused.status, 403);
    grant(&server, &user_id(&ana), "admin").await;
    let ana = sign_in(&server).await;
    assert_eq!(refresh(&ana).await.body, user_id(&ana));
    // The refusal has refreshed the session all the same: its tokens work.
    assert_eq!(refresh(&refused).await.status, 403);
}
