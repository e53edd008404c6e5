//! A server for the tests of an application: in memory, with a clock to move, and mails and text messages to read.
//!
//! ```
//! # use auth_runtime::{Api, Session};
//! # use axum::{Router, routing::get};
//! # async fn run(api: Api) {
//! use auth_runtime::testing::TestServer;
//!
//! async fn who(session: Session) -> String {
//!     session.user_id.clone()
//! }
//!
//! let server = TestServer::start(|auth| {
//!     Router::new().route("/who", get(who)).layer(auth_runtime::layer(auth, api))
//! })
//! .await;
//! let ana = server.sign_in("ana").await;
//! assert_eq!(server.get("/who", Some(&ana)).await.text(), "ana");
//! assert_eq!(server.get("/who", None).await.status, 401);
//! # }
//! ```
//!
//! Everything here panics where a test would: a server that does not start, an answer that does not come.
//! Passwords are hashed with the least work, requests are not limited, and keys are ES256: none of it is for
//! production.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use crate::app_info::AppInfoInput;
use crate::auth::{Auth, AuthBuilder, OnEvent};
use crate::clock::ManualClock;
use crate::config::{Config, Secret};
use crate::crypto::keys::Algorithm;
use crate::crypto::password::PasswordParams;
use crate::delivery::{Mail, Mailer, SendError, Sms, SmsSender};
use crate::events::{AuthEvent, SessionEvent};
use crate::limits::LimitSettings;
use crate::session::{NewSessionFor, TransferMethod};

/// When the clock of a test server starts: 2024-01-01, in milliseconds since 1970.
pub const START: i64 = 1_704_067_200_000;

/// Parameters of Argon2id that cost almost nothing.
pub const FAST_PASSWORDS: PasswordParams = PasswordParams {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

/// The longest body of an answer.
const BODY_BYTES: usize = 16 << 20;

/// A server whose database is in memory.
pub struct TestServer {
    auth: Auth,
    app: Router,
    clock: ManualClock,
    mails: CapturedMails,
    sms: CapturedSms,
    events: Arc<Mutex<Vec<AuthEvent>>>,
}

/// Who sends a request: the access token of a session, in header mode.
#[derive(Debug, Clone)]
pub struct TestUser {
    /// The user's id.
    pub id: String,
    /// The handle of the session.
    pub session_handle: String,
    access_token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct TestAnswer {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Vec<u8>,
}

impl TestServer {
    /// Starts a server, and an application around it.
    pub async fn start(app: impl FnOnce(Auth) -> Router) -> Self {
        Self::start_with(|_| {}, |builder| builder, app).await
    }

    /// The same with other settings (`configure`), and with hooks, claims or a mailer (`build`).
    pub async fn start_with(
        configure: impl FnOnce(&mut Config),
        build: impl FnOnce(AuthBuilder) -> AuthBuilder,
        app: impl FnOnce(Auth) -> Router,
    ) -> Self {
        let app_info = AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        };
        let mut config = Config::for_app(&app_info).expect("these values are right");
        config.database_url = Secret::new("sqlite::memory:");
        config.session.signing_algorithm = Algorithm::Es256;
        config.limits = LimitSettings::off();
        configure(&mut config);
        let clock = ManualClock::new(START);
        let mails = CapturedMails::default();
        let sms = CapturedSms::default();
        let events = Arc::default();
        let builder = Auth::builder(config)
            .clock(clock.clone())
            .mailer(mails.clone())
            .sms_sender(sms.clone())
            .on_event(keeping(&events))
            .password_params(FAST_PASSWORDS);
        let auth = build(builder).build().await.expect("the server starts");
        let app = app(auth.clone());
        Self {
            auth,
            app,
            clock,
            mails,
            sms,
            events,
        }
    }

    /// The server behind it.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Its clock, which stands still until it is moved: lifetimes of sessions and links end when a test wants
    /// it.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// The mails so far, oldest first, once those that are queued are sent.
    pub async fn mails(&self) -> Vec<Mail> {
        self.auth.mail().drained().await;
        self.mails.all()
    }

    /// The text messages so far, oldest first, once those that are queued are sent.
    pub async fn text_messages(&self) -> Vec<Sms> {
        self.auth.mail().drained().await;
        self.sms.all()
    }

    /// What has happened so far, in this order.
    pub async fn events(&self) -> Vec<AuthEvent> {
        self.auth.events_handled().await;
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.clone()
    }

    /// What of it has happened to sessions.
    pub async fn session_events(&self) -> Vec<SessionEvent> {
        let events = self.events().await.into_iter();
        let of_sessions = events.filter_map(|event| match event {
            AuthEvent::Session(event) => Some(event),
            _ => None,
        });
        of_sessions.collect()
    }

    /// Begins a session for a user, whether the user has signed up or not.
    pub async fn sign_in(&self, user_id: &str) -> TestUser {
        self.sign_in_as(NewSessionFor::user(user_id)).await
    }

    /// Begins a session with claims or another tenant.
    pub async fn sign_in_as(&self, new: NewSessionFor) -> TestUser {
        let sessions = self.auth.sessions();
        let (session, tokens) = sessions
            .create_without_request(new, TransferMethod::Header)
            .await
            .expect("the session begins");
        TestUser {
            id: session.user_id.clone(),
            session_handle: session.handle.clone(),
            access_token: tokens.access_token,
        }
    }

    /// Sends a GET.
    pub async fn get(&self, path: &str, user: Option<&TestUser>) -> TestAnswer {
        self.send(Method::GET, path, user, None).await
    }

    /// Sends a POST with a JSON body.
    pub async fn post(&self, path: &str, user: Option<&TestUser>, json: &Value) -> TestAnswer {
        self.send(Method::POST, path, user, Some(json)).await
    }

    /// Sends any request with a JSON body or none.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        user: Option<&TestUser>,
        json: Option<&Value>,
    ) -> TestAnswer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("st-auth-mode", "header");
        if let Some(user) = user {
            request = request.header(AUTHORIZATION, format!("Bearer {}", user.access_token));
        }
        let body = match json {
            Some(json) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("the path is a path");
        self.request(request).await
    }

    /// Sends a request as it is.
    pub async fn request(&self, request: Request<Body>) -> TestAnswer {
        let answer = self.app.clone().oneshot(request).await;
        let (head, body) = answer.expect("the application answers").into_parts();
        let body = to_bytes(body, BODY_BYTES).await.expect("the answer ends");
        TestAnswer {
            status: head.status,
            headers: head.headers,
            body: body.into(),
        }
    }
}

/// A handler that keeps events.
fn keeping(events: &Arc<Mutex<Vec<AuthEvent>>>) -> impl OnEvent + use<> {
    let events = Arc::clone(events);
    move |event: AuthEvent, _: Auth| {
        let mut events = events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event);
        std::future::ready(Ok(()))
    }
}

impl TestAnswer {
    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// A mailer that keeps mails instead of sending them. Clones share them.
#[derive(Clone, Default)]
pub struct CapturedMails(Arc<Mutex<Vec<Mail>>>);

impl CapturedMails {
    /// The mails so far, oldest first.
    pub fn all(&self) -> Vec<Mail> {
        let mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.clone()
    }
}

#[async_trait]
impl Mailer for CapturedMails {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push(mail.clone());
        Ok(())
    }
}

/// A sender that keeps text messages instead of sending them. Clones share them.
#[derive(Clone, Default)]
pub struct CapturedSms(Arc<Mutex<Vec<Sms>>>);

impl CapturedSms {
    /// The messages so far, oldest first.
    pub fn all(&self) -> Vec<Sms> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.clone()
    }
}

#[async_trait]
impl SmsSender for CapturedSms {
    async fn send(&self, sms: &Sms) -> Result<(), SendError> {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push(sms.clone());
        Ok(())
    }
}
