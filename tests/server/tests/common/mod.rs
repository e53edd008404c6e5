//! A real server on a port of its own, a client, a clock that stands still, and the mails that were sent.
//!
//! The tests of this folder go by the facts of the wire, which number their scenarios. Those of
//! sessions are the tests of the folder `conformance`, by their numbers. Those of recipes:
//!
//! | Recipes, scenario | Test file |
//! |---|---|
//! | 1–13 | `sign_up` |
//! | 14–24, 71, 72 | `sign_in` |
//! | 25–31, 33 | `password_reset` |
//! | 43, 44, 51, 54–56, 58 | `passwordless` |
//! | 45, 46, 51 | `passwordless_phone` |
//! | 47–50, 52, 53, 57 | `passwordless_attempts` |
//! | 60–65 | `third_party` |
//! | 66 | `third_party_settings` |
//! | 78, 79 | `routing` |
//!
//! In 24, without passwordless sign-in its `rid` names no recipe, and the address-and-password route
//! answers.
//!
//! Whatever a test asks for, the rule about caches holds: see `Ask::send`.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

pub(crate) mod codes;
pub(crate) mod database;
mod exchange;
pub(crate) mod heard;
mod join;
pub(crate) mod opened;
#[cfg(unix)]
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod sms;

use std::sync::Arc;

use auth_server::api::OPERATIONS;
use auth_server::app_info::{AppInfo, AppInfoInput};
use auth_server::auth::AuthBuilder;
use auth_server::clock::ManualClock;
use auth_server::config::Secret;
use auth_server::crypto::keys::Algorithm;
use auth_server::delivery::{Mail, Mailer, SendError, Sms};
use auth_server::limits::LimitSettings;
use auth_server::recipes::user_roles::RoleClaims;
use auth_server::store::{PostgresStore, SqliteStore};
use auth_server::testing::{CapturedMails, CapturedSms, FAST_PASSWORDS};
use auth_server::{Auth, Config, Endpoints, async_trait};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderName, HeaderValue, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use self::database::Schema;
pub(crate) use self::exchange::{Exchange, shown};
pub(crate) use self::join::join_all;

/// Why a server with these settings does not start.
pub(crate) async fn start_error(
    change: impl FnOnce(&mut Config),
    build: impl FnOnce(AuthBuilder) -> AuthBuilder,
) -> String {
    let mut config = Config::new(app_info("http://localhost:3001", "http://localhost:3000"));
    config.database_url = Secret::new("sqlite::memory:");
    change(&mut config);
    let built = build(Auth::builder(config)).build().await;
    built.expect_err("it does not start").to_string()
}

/// A mail server that is down.
pub(crate) struct Down;

#[async_trait]
impl Mailer for Down {
    async fn send(&self, _: &Mail) -> Result<(), SendError> {
        Err(SendError::transient("it is down"))
    }
}

/// When tests begin: 15 January 2027.
pub(crate) const START: i64 = 1_800_000_000_000;

/// A server with everything a test wants to look at.
pub(crate) struct Server {
    pub(crate) auth: Auth,
    pub(crate) clock: ManualClock,
    mails: CapturedMails,
    sms: CapturedSms,
    origin: String,
    client: Client<HttpConnector, Body>,
    folder: Arc<TempDir>,
    schema: Option<Arc<Schema>>,
}

/// A request to be.
pub(crate) struct Ask<'a> {
    server: &'a Server,
    request: Request<Body>,
}

impl Server {
    /// The auth APIs by themselves, at `/auth` of localhost.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_app(change, |auth| auth_server::router(auth, Endpoints::new())).await
    }

    /// An application around the auth APIs.
    pub(crate) async fn start_app(
        change: impl FnOnce(&mut Config),
        app: impl FnOnce(Auth) -> Router,
    ) -> Self {
        Self::start_built(change, |builder| builder, app).await
    }

    /// The same with more than settings.
    pub(crate) async fn start_extended(
        change: impl FnOnce(&mut Config),
        build: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Self {
        let app = |auth| auth_server::router(auth, Endpoints::new());
        Self::start_built(change, build, app).await
    }

    /// An application around the auth APIs, with more than settings.
    pub(crate) async fn start_built(
        change: impl FnOnce(&mut Config),
        build: impl FnOnce(AuthBuilder) -> AuthBuilder,
        app: impl FnOnce(Auth) -> Router,
    ) -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let database = (Arc::new(folder), Schema::new().map(Arc::new));
        Self::run(database, ManualClock::new(START), change, build, app).await
    }

    /// Another server on the same database, which runs beside this one.
    pub(crate) async fn beside(&self, change: impl FnOnce(&mut Config)) -> Self {
        let database = (Arc::clone(&self.folder), self.schema.clone());
        let app = |auth| auth_server::router(auth, Endpoints::new());
        Self::run(database, self.clock.clone(), change, |builder| builder, app).await
    }

    /// The same, which sends mails by this mailer: those of one database may be sent by any of its servers.
    pub(crate) async fn beside_with(
        &self,
        change: impl FnOnce(&mut Config),
        mailer: CapturedMails,
    ) -> Self {
        let database = (Arc::clone(&self.folder), self.schema.clone());
        let app = |auth| auth_server::router(auth, Endpoints::new());
        let build = |builder: AuthBuilder| builder.mailer(mailer);
        Self::run(database, self.clock.clone(), change, build, app).await
    }

    /// A server with other settings on the same database.
    pub(crate) async fn restart(
        self,
        change: impl FnOnce(&mut Config),
        app: impl FnOnce(Auth) -> Router,
    ) -> Self {
        let database = (self.folder, self.schema);
        Self::run(database, self.clock, change, |builder| builder, app).await
    }

    async fn run(
        (folder, schema): (Arc<TempDir>, Option<Arc<Schema>>),
        clock: ManualClock,
        change: impl FnOnce(&mut Config),
        build: impl FnOnce(AuthBuilder) -> AuthBuilder,
        app: impl FnOnce(Auth) -> Router,
    ) -> Self {
        let mut config = Config::new(app_info("http://localhost:3001", "http://localhost:3000"));
        // Keys of this kind are made quickly.
        config.session.signing_algorithm = Algorithm::Es256;
        // All clients of a test have one address, and its clock stands still; `limits` tests the limits.
        config.limits = LimitSettings::off();
        // What tokens say of roles is tested by `roles`; other tests compare tokens without it.
        RoleClaims::Neither.set(&mut config);
        change(&mut config);
        let database = format!("sqlite://{}", folder.path().join("auth.db").display());
        let mails = CapturedMails::default();
        let sms = CapturedSms::default();
        let mut auth = Auth::builder(config.clone())
            .clock(clock.clone())
            .password_params(FAST_PASSWORDS);
        auth = match &schema {
            None => auth.store(SqliteStore::open(&database).expect("the database opens")),
            Some(schema) => auth.store(
                PostgresStore::open(&schema.url, 4)
                    .await
                    .expect("the database opens"),
            ),
        };
        if config.smtp_url.is_none() && config.mail_outbox.is_none() {
            auth = auth.mailer(mails.clone());
            if config.sms.is_none() {
                auth = auth.sms_sender(sms.clone());
            }
        }
        let auth = build(auth).build().await.expect("the settings are right");
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
        let app = app(auth.clone());
        tokio::spawn(auth_server::serve(listener, app, std::future::pending()));
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            auth,
            clock,
            mails,
            sms,
            origin,
            client,
            folder,
            schema,
        }
    }

    /// A request that says it comes from the browser library of FDI 4.1.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("fdi-version", "3.1,4.0,4.1")
            .body(Body::empty())
            .expect("the path is a path");
        Ask {
            server: self,
            request,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// The program, to run a command on the database of this server.
    #[cfg(unix)]
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = program::command(&self.folder);
        command.envs(self.schema.iter().map(|it| ("DATABASE_URL", &it.url)));
        command
    }

    /// Signs up `ana@ex.co` with `passw0rd`.
    pub(crate) async fn ana(&self, mode: &str) -> Exchange {
        let form = form("ana@ex.co", "passw0rd");
        self.post("/auth/signup")
            .header("st-auth-mode", mode)
            .json(&form)
            .await
    }

    /// Every mail so far, once those that are queued have gone out.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        self.auth.mail().drained().await;
        self.mails.all()
    }

    /// Every text message so far, once those that are queued are sent.
    pub(crate) async fn text_messages(&self) -> Vec<Sms> {
        self.auth.mail().drained().await;
        self.sms.all()
    }

    /// The reset token of the latest mail.
    pub(crate) async fn reset_token(&self, email: &str) -> String {
        let body = json!({"formFields": [{"id": "email", "value": email}]});
        let answer = self
            .post("/auth/user/password/reset/token")
            .json(&body)
            .await;
        assert_eq!(answer.body, r#"{"status":"OK"}"#);
        let mails = self.mails().await;
        token_of(mails.last().expect("a mail went out"))
    }
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("it is a header value");
        self.request
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
        self
    }

    /// The same without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.request.headers_mut().remove(name);
        self
    }

    pub(crate) async fn json(self, body: &Value) -> Exchange {
        self.header("content-type", "application/json")
            .text(&body.to_string())
            .await
    }

    pub(crate) async fn text(mut self, body: &str) -> Exchange {
        *self.request.body_mut() = Body::from(body.to_owned());
        self.send().await
    }

    pub(crate) async fn send(self) -> Exchange {
        let asked = format!("{} {}", self.request.method(), self.request.uri().path());
        let response = self
            .server
            .client
            .request(self.request)
            .await
            .expect("it is answered");
        let (head, body) = response.into_parts();
        let body = to_bytes(Body::new(body), 1 << 20)
            .await
            .expect("it is answered to the end");
        let body = String::from_utf8(body.to_vec()).expect("it is text");
        let answer = Exchange {
            asked,
            status: head.status,
            headers: head.headers,
            body,
        };
        answer.is_kept_by_no_cache();
        answer
    }
}

/// The token in a mail's link, after a look at the whole link.
pub(crate) fn token_of(mail: &Mail) -> String {
    let link = mail
        .text
        .lines()
        .find(|line| line.starts_with("http"))
        .expect("there is a link");
    let rest = link.strip_prefix("http://localhost:3000/auth/reset-password?token=");
    let token = rest.and_then(|rest| rest.strip_suffix("&tenantId=public"));
    let token = token.expect("the link is built as documented");
    assert!(
        token.len() == 128 && token.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{token}"
    );
    token.to_owned()
}

/// The `operationId` of a behaviour, which the spec chooses.
pub(crate) fn operation_id(behaviour: &str) -> &'static str {
    let mut routes = OPERATIONS.iter().map(|operation| &operation.route);
    let found = routes.find(|route| route.behaviour == behaviour);
    found.expect("the spec has it").id
}

/// The body of a sign-up or sign-in.
pub(crate) fn form(email: &str, password: &str) -> Value {
    json!({"formFields": [
        {"id": "email", "value": email},
        {"id": "password", "value": password},
    ]})
}

pub(crate) fn app_info(api_domain: &str, website_domain: &str) -> AppInfo {
    AppInfo::normalise(&AppInfoInput {
        app_name: Some("Test".to_owned()),
        api_domain: Some(api_domain.to_owned()),
        website_domain: Some(website_domain.to_owned()),
        ..AppInfoInput::default()
    })
    .expect("appInfo is right")
}
