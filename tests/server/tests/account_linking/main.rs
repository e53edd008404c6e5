//! Linking: which ways to sign in become one user, which sign-ups and sign-ins are refused, and that no other person gets
//! into an account by it. The answers are those that the reference gave, unless a test says otherwise.

mod applications;
mod beside;
mod beside_attacks;
mod beside_codes;
#[path = "../common/mod.rs"]
mod common;
mod gates;
mod mails;
mod races;
mod take_over;

use auth_server::auth::AuthBuilder;
use auth_server::delivery::Mail;
use auth_server::recipes::account_linking::Linking;
use auth_server::recipes::email_verification::Mode;
use auth_server::recipes::passwordless::ContactMethod;
use auth_server::tenant::Tenant;
use auth_server::testing::CapturedMails;
use auth_server::{Config, Endpoints};
use common::codes::{CONSUME, CREATE};
use common::provider::{self, Provider};
use common::{Ask, Exchange, Server, form};
use serde_json::{Value, json};

const ADDRESS: &str = "ana@ex.co";
const PASSWORD: &str = "passw0rd";
const RESET: &str = "/auth/user/password/reset";
const VERIFY: &str = "/auth/user/email/verify";
const OK: &str = r#"200 {"status":"OK"}"#;
const INVALID_VERIFICATION: &str = r#"200 {"status":"EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"}"#;
const WRONG: &str = r#"200 {"status":"WRONG_CREDENTIALS_ERROR"}"#;

/// A server that links, with a provider.
struct World {
    server: Server,
    /// The mails of this database.
    mails: CapturedMails,
    provider: Provider,
}

fn settings(config: &mut Config, provider: &Provider, linking: Linking) {
    let text = provider.settings().to_string();
    config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS", &text);
    config.recipes.set("AUTH_THIRD_PARTY_NETWORKS", "loopback");
    Mode::Optional.set(config);
    ContactMethod::EmailOrPhone.set(config);
    linking.set(config);
}

impl World {
    async fn start() -> Self {
        Self::with(Linking::Verified, |builder| builder).await
    }

    async fn with(linking: Linking, build: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let provider = Provider::start().await;
        let mails = CapturedMails::default();
        let change = |config: &mut Config| settings(config, &provider, linking);
        let build = |builder: AuthBuilder| build(builder.mailer(mails.clone()));
        let app = |auth| auth_server::router(auth, Endpoints::new());
        let server = Server::start_built(change, build, app).await;
        provider.inner().clock = server.clock.clone();
        Self {
            server,
            mails,
            provider,
        }
    }

    /// The same database and provider at a time when nothing was linked.
    async fn before(&self) -> Self {
        let change = |config: &mut Config| settings(config, &self.provider, Linking::Off);
        Self {
            server: self.server.beside_with(change, self.mails.clone()).await,
            mails: self.mails.clone(),
            provider: self.provider.clone(),
        }
    }

    /// Every mail so far, whichever server has sent it.
    async fn all_mails(&self) -> Vec<Mail> {
        self.server.auth.mail().drained().await;
        self.mails.all()
    }

    fn post(&self, path: &str) -> Ask<'_> {
        self.server.post(path).header("st-auth-mode", "header")
    }

    async fn sign_up(&self, email: &str) -> Exchange {
        self.post("/auth/signup").json(&form(email, PASSWORD)).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Exchange {
        self.post("/auth/signin").json(&form(email, password)).await
    }

    /// Signs in by the provider, which says this of its user.
    async fn by_provider(&self, sub: &str, email: &str, verified: bool) -> Exchange {
        let begun = provider::begin(&self.server).await;
        self.provider.inner().user = json!({
            "sub": sub, "email": email, "email_verified": verified,
        });
        let code = self.provider.agree(&begun);
        provider::finish(&self.server, &provider::body(&begun, &code)).await
    }

    async fn start_code(&self, email: &str) -> Exchange {
        self.post(CREATE).json(&json!({ "email": email })).await
    }

    /// The body that presents the code of the latest mail.
    async fn code(&self, started: &Exchange) -> Value {
        let mails = self.all_mails().await;
        let text = &mails.last().expect("a mail was sent").text;
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
        let code = text.lines().find(is_code).expect("it has a code");
        let started = started.json();
        json!({
            "preAuthSessionId": started["preAuthSessionId"],
            "deviceId": started["deviceId"],
            "userInputCode": code,
        })
    }

    async fn by_code(&self, email: &str) -> Exchange {
        let started = self.start_code(email).await;
        let body = self.code(&started).await;
        self.post(CONSUME).json(&body).await
    }

    /// Asks for a mail that verifies the address of a session; its token.
    async fn verification_token(&self, session: &Exchange) -> String {
        let ask = with(self.post("/auth/user/email/verify/token"), session);
        assert_eq!(ask.json(&json!({})).await.brief(), OK);
        let mails = self.all_mails().await;
        let text = &mails.last().expect("a mail was sent").text;
        let (_, rest) = text
            .split_once("/verify-email?token=")
            .expect("it has a link");
        let (token, _) = rest.split_once('&').expect("the tenant follows");
        token.to_owned()
    }

    async fn verify(&self, token: &str, session: Option<&Exchange>) -> Exchange {
        let body = json!({"method": "token", "token": token});
        let ask = self.post(VERIFY);
        let ask = match session {
            Some(session) => with(ask, session),
            None => ask,
        };
        ask.json(&body).await
    }

    async fn ask_for_reset(&self, email: &str) -> Exchange {
        let body = json!({"formFields": [{"id": "email", "value": email}]});
        self.post(&format!("{RESET}/token")).json(&body).await
    }

    /// Sets a new password with a link of a mail.
    async fn reset(&self, email: &str, password: &str) {
        assert_eq!(self.ask_for_reset(email).await.brief(), OK);
        let mails = self.all_mails().await;
        let token = common::token_of(mails.last().expect("a mail was sent"));
        let body = json!({
            "method": "token",
            "token": token,
            "formFields": [{"id": "password", "value": password}],
        });
        assert_eq!(self.post(RESET).json(&body).await.brief(), OK);
    }

    async fn is_refreshed(&self, session: &Exchange) -> bool {
        let bearer = format!("Bearer {}", session.refresh());
        let ask = self.post("/auth/session/refresh");
        ask.header("authorization", &bearer).send().await.status == 200
    }
}

fn with<'a>(ask: Ask<'a>, session: &Exchange) -> Ask<'a> {
    ask.header("authorization", &format!("Bearer {}", session.access()))
}

/// The user of an answer, who is signed in.
fn user(answer: &Exchange) -> Value {
    let json = answer.json();
    assert_eq!(json["status"], "OK", "{answer}");
    let user = json["user"].clone();
    assert_eq!(user["id"], answer.front_token()["up"]["sub"], "{answer}");
    user
}

fn id(answer: &Exchange) -> String {
    user(answer)["id"].as_str().expect("it is text").to_owned()
}

/// The login method of the session that an answer begins.
fn recipe_user_id(answer: &Exchange) -> String {
    let front = answer.front_token();
    front["up"]["rsub"].as_str().expect("it is text").to_owned()
}

/// The recipes of the login methods of an answer, oldest first.
fn recipes(answer: &Exchange) -> Vec<String> {
    let user = user(answer);
    let methods = user["loginMethods"].as_array().expect("it is a list");
    let recipes = methods.iter().map(|method| method["recipeId"].as_str());
    let mut recipes: Vec<String> = recipes
        .map(|recipe| recipe.expect("it is text").to_owned())
        .collect();
    // They join at the same time: the clock stands still.
    recipes.sort_unstable();
    recipes
}

/// A refusal, as clients see it.
fn refused(status: &str, what: &str, do_this: &str, code: &str) -> String {
    format!(r#"200 {{"status":"{status}","reason":"Cannot {what} {do_this}. (ERR_CODE_{code})"}}"#)
}

/// A refusal that names another login method as the way out.
fn refused_sign_in_up(code: &str) -> String {
    refused(
        "SIGN_IN_UP_NOT_ALLOWED",
        "sign in / up due to security reasons. Please",
        "try a different login method or contact support",
        code,
    )
}

/// A refusal because of the address that the account at a provider has now.
fn refused_address(code: &str) -> String {
    refused(
        "SIGN_IN_UP_NOT_ALLOWED",
        "sign in / up because new email cannot be applied to existing account. Please",
        "contact support",
        code,
    )
}

fn refused_sign_up() -> String {
    refused(
        "SIGN_UP_NOT_ALLOWED",
        "sign up due to security reasons. Please",
        "try logging in, use a different login method or contact support",
        "007",
    )
}

fn refused_sign_in() -> String {
    refused(
        "SIGN_IN_NOT_ALLOWED",
        "sign in due to security reasons. Please",
        "try resetting your password, use a different login method or contact support",
        "008",
    )
}
