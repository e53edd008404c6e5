//! No user, session, code, link, token or provider of one tenant is seen or accepted in another: every operation of the
//! spec, in every ordered pair of tenants. An operation without a probe here fails the test.

use auth_server::api::OPERATIONS;
use auth_server::web::{Route, Sessions};

use super::*;

const INVALID_RESET: &str = r#"200 {"status":"RESET_PASSWORD_INVALID_TOKEN_ERROR"}"#;
const INVALID_VERIFICATION: &str = r#"200 {"status":"EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"}"#;
const RESTART: &str = r#"200 {"status":"RESTART_FLOW_ERROR"}"#;
const OK: &str = r#"200 {"status":"OK"}"#;

#[tokio::test]
async fn what_belongs_to_one_tenant_is_nothing_in_another_whatever_the_operation() {
    let world = World::start().await;
    let mut probed = 0;
    for operation in OPERATIONS {
        let route = &operation.route;
        for own in TENANTS {
            for other in TENANTS.into_iter().filter(|other| *other != own) {
                probe(&world, route, own, other).await;
                probed += 1;
            }
        }
    }
    assert!(probed >= 6 * 18, "{probed}");
}

async fn probe(world: &World, route: &Route, own: &str, other: &str) {
    let what = format!("{}: of {own}, in {other}", route.behaviour);
    let exists = async |tenant: &str, query: &str| {
        let answer = world.get(tenant, &format!("{}?{query}", route.path)).await;
        answer.json()["exists"] == true
    };
    let email = world.address();
    match route.behaviour {
        "email-password.sign-up" => {
            let (here, there) = (
                world.sign_up(own, &email).await,
                world.sign_up(other, &email).await,
            );
            assert_ne!(user_id(&here), user_id(&there), "{what}");
            for (answer, tenant) in [(here, own), (there, other)] {
                assert_eq!(
                    answer.json()["user"]["tenantIds"],
                    json!([tenant]),
                    "{what}"
                );
                assert_eq!(answer.front_token()["up"]["tId"], tenant, "{what}");
            }
        }
        "email-password.sign-in" => {
            let user = user_id(&world.sign_up(own, &email).await);
            let there = world.sign_in(other, &email).await;
            assert_eq!(
                there.brief(),
                r#"200 {"status":"WRONG_CREDENTIALS_ERROR"}"#,
                "{what}"
            );
            assert_eq!(user_id(&world.sign_in(own, &email).await), user, "{what}");
        }
        "email-password.email-exists" => {
            user_id(&world.sign_up(own, &email).await);
            let query = format!("email={email}");
            assert!(!exists(other, &query).await, "{what}");
            assert!(exists(own, &query).await, "{what}");
        }
        "password-reset.create-token" => {
            user_id(&world.sign_up(own, &email).await);
            let there = world.post(other, route.path, &reset_form(&email)).await;
            assert_eq!(there.brief(), OK, "{what}");
            assert_eq!(world.message_to(&email).await, None, "{what}");
            world.post(own, route.path, &reset_form(&email)).await;
            assert!(names(&world.link_to(&email).await, own), "{what}");
        }
        "password-reset.consume-token" => {
            user_id(&world.sign_up(own, &email).await);
            let ask = reset_form(&email);
            world.post(own, "/user/password/reset/token", &ask).await;
            let token = token_of(&world.link_to(&email).await);
            let body = json!({
                "method": "token",
                "token": token,
                "formFields": [{"id": "password", "value": "passw0rd2"}],
            });
            let there = world.post(other, route.path, &body).await;
            assert_eq!(there.brief(), INVALID_RESET, "{what}");
            let here = world.post(own, route.path, &body).await;
            assert_eq!(here.brief(), OK, "{what}");
        }
        "email-verification.create-token" => {
            // The tenant is that of the session, whatever the path says.
            let session = world.sign_up(own, &email).await;
            let sent = with_session(world, other, route, &session).await;
            assert_eq!(sent.brief(), OK, "{what}");
            assert!(names(&world.link_to(&email).await, own), "{what}");
        }
        "email-verification.consume-token" => {
            let session = world.sign_up(own, &email).await;
            let ask = world.ask(Method::POST, own, "/user/email/verify/token");
            let bearer = format!("Bearer {}", session.access());
            ask.header("authorization", &bearer).json(&json!({})).await;
            let token = token_of(&world.link_to(&email).await);
            let body = json!({"method": "token", "token": token});
            let there = world.post(other, route.path, &body).await;
            assert_eq!(there.brief(), INVALID_VERIFICATION, "{what}");
            let here = world.post(own, route.path, &body).await;
            assert_eq!(here.brief(), OK, "{what}");
        }
        "passwordless.create-code" => {
            // A sign-in ends all attempts of its address, in its tenant alone.
            let there = world.start_code(other, &email).await;
            let [code, _] = world.codes(&there, &email).await;
            let here = world.sign_in_by_code(own, &email).await;
            assert!(names(&world.link_to(&email).await, own), "{what}");
            let there = world.post(other, "/signinup/code/consume", &code).await;
            assert_ne!(user_id(&here), user_id(&there), "{what}");
        }
        "passwordless.resend-code" => {
            let started = world.start_code(own, &email).await.json();
            let body = json!({
                "preAuthSessionId": started["preAuthSessionId"],
                "deviceId": started["deviceId"],
            });
            let there = world.post(other, route.path, &body).await;
            assert_eq!(there.brief(), RESTART, "{what}");
            assert_eq!(
                world.post(own, route.path, &body).await.brief(),
                OK,
                "{what}"
            );
        }
        "passwordless.consume-code" => {
            let started = world.start_code(own, &email).await;
            let bodies = world.codes(&started, &email).await;
            for body in &bodies {
                let there = world.post(other, route.path, body).await;
                assert_eq!(there.brief(), RESTART, "{what}");
            }
            let here = world.post(own, route.path, &bodies[1]).await;
            assert_eq!(here.json()["user"]["tenantIds"], json!([own]), "{what}");
            assert_eq!(here.front_token()["up"]["tId"], own, "{what}");
        }
        "passwordless.email-exists" => {
            user_id(&world.sign_in_by_code(own, &email).await);
            let query = format!("email={email}");
            assert!(!exists(other, &query).await, "{what}");
            assert!(exists(own, &query).await, "{what}");
        }
        "passwordless.phone-number-exists" => {
            let number = world.phone_number();
            user_id(&world.sign_in_by_code(own, &number).await);
            let query = format!("phoneNumber={}", number.replace('+', "%2B"));
            assert!(!exists(other, &query).await, "{what}");
            assert!(exists(own, &query).await, "{what}");
        }
        "third-party.authorisation-url" => {
            let id = format!("of-{own}");
            let Err(there) = world.begin(other, &id).await else {
                panic!("{what}: the provider is known there");
            };
            assert_eq!(there.brief(), unknown_provider(&id), "{what}");
            assert!(world.begin(own, &id).await.is_ok(), "{what}");
        }
        "third-party.sign-in-up" => {
            world.provider.inner().user =
                json!({"sub": email, "email": email, "email_verified": true});
            let id = format!("of-{own}");
            let begun = world.begin(own, &id).await.ok().expect("it is known");
            let body = world.agreed(begun, &id);
            let there = world.post(other, route.path, &body).await;
            assert_eq!(there.brief(), unknown_provider(&id), "{what}");
            let here = world.post(own, route.path, &body).await;
            assert_eq!(here.front_token()["up"]["tId"], own, "{what}");
            // The same account at the same provider is another user.
            let mut users = vec![user_id(&here)];
            for tenant in [own, other] {
                let begun = world.begin(tenant, "shared").await.ok().expect("known");
                let body = world.agreed(begun, "shared");
                let answer = world.post(tenant, route.path, &body).await;
                assert_eq!(answer.json()["createdNewRecipeUser"], true, "{what}");
                users.push(user_id(&answer));
            }
            users.sort();
            users.dedup();
            assert_eq!(users.len(), 3, "{what}");
        }
        "multitenancy.login-methods" => {
            let there = world.get(other, route.path).await;
            assert!(!there.body.contains(&format!("of-{own}")), "{what}");
            let here = world.get(own, route.path).await;
            assert!(here.body.contains(&format!("of-{own}")), "{what}");
        }
        "session.refresh" => {
            let session = world.sign_up(own, &email).await;
            let ask = world.ask(Method::POST, other, route.path);
            let bearer = format!("Bearer {}", session.refresh());
            let refreshed = ask.header("authorization", &bearer).send().await;
            assert_eq!(refreshed.front_token()["up"]["tId"], own, "{what}");
        }
        "session.sign-out" | "email-verification.is-verified" => {
            let session = world.sign_up(own, &email).await;
            let answer = with_session(world, other, route, &session).await;
            assert_eq!(answer.json()["status"], "OK", "{what}");
        }
        // They hold nothing that belongs to a tenant.
        "third-party.callback-apple" | "jwt.jwks" | "openid.discovery" => {}
        unknown => panic!("write a probe for `{unknown}`: {what}"),
    }
}

async fn with_session(world: &World, tenant: &str, route: &Route, session: &Exchange) -> Exchange {
    let ask = world.ask(route.method.clone(), tenant, route.path);
    let bearer = format!("Bearer {}", session.access());
    ask.header("authorization", &bearer).send().await
}

fn reset_form(email: &str) -> Value {
    json!({"formFields": [{"id": "email", "value": email}]})
}

fn parameter(link: &Url, name: &str) -> Option<String> {
    let mut pairs = link.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

fn names(link: &Url, tenant: &str) -> bool {
    parameter(link, "tenantId").as_deref() == Some(tenant)
}

fn token_of(link: &Url) -> String {
    parameter(link, "token").expect("it has a token")
}

fn unknown_provider(id: &str) -> String {
    format!(r#"400 {{"message":"the provider {id} could not be found in the configuration"}}"#)
}

/// Every operation that may begin a session, in a tenant that allowed it before and does not any more.
#[tokio::test]
async fn no_operation_signs_in_with_a_factor_that_the_tenant_does_not_allow() {
    let world = World::start().await;
    let open = world.tenants().get("one").await.expect("it is read");
    let open = open.expect("there is one");
    let closed = Tenant {
        first_factors: Some(vec!["custom-one".to_owned()]),
        ..open.clone()
    };
    let set = async |tenant: &Tenant| {
        let is_new = world.tenants().set(tenant).await.expect("it is stored");
        assert!(!is_new);
    };
    let mut tried = 0;
    for operation in OPERATIONS {
        let route = &operation.route;
        if route.sessions != Sessions::Begins {
            continue;
        }
        set(&open).await;
        let email = world.address();
        let bodies = match route.behaviour {
            "email-password.sign-up" => vec![form(&email, "passw0rd")],
            "email-password.sign-in" => {
                user_id(&world.sign_up("one", &email).await);
                vec![form(&email, "passw0rd")]
            }
            "passwordless.consume-code" => {
                let started = world.start_code("one", &email).await;
                world.codes(&started, &email).await.to_vec()
            }
            "third-party.sign-in-up" => {
                let begun = world.begin("one", "of-one").await.ok().expect("known");
                vec![world.agreed(begun, "of-one")]
            }
            unknown => panic!("write a case for `{unknown}`"),
        };
        set(&closed).await;
        for body in &bodies {
            let answer = world.post("one", route.path, body).await;
            assert!(is_refused(&answer), "{}: {answer}", route.behaviour);
            tried += 1;
        }
        // It was not spent.
        set(&open).await;
        user_id(&world.post("one", route.path, &bodies[0]).await);
    }
    assert!(tried >= 5, "{tried}");
}
