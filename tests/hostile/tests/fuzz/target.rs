//! The server that the targets speak to, without a socket: one for the whole process, in memory.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use auth_server::app_info::{AppInfo, AppInfoInput};
use auth_server::clock::ManualClock;
use auth_server::crypto::keys::{Algorithm, SigningKey};
use auth_server::delivery::{Mail, Mailer, SendError};
use auth_server::session::{NewSessionFor, Session, TransferMethod, VerifyOptions};
use auth_server::store::SqliteStore;
use auth_server::testing::FAST_PASSWORDS;
use auth_server::{Auth, Config, Endpoints};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::{Request, StatusCode, Uri};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// 15 January 2027; it does not move.
const NOW: i64 = 1_800_000_000_000;

/// The built-in routes.
pub(crate) const ROUTES: [(&str, &str); 10] = [
    ("POST", "/auth/signup"),
    ("POST", "/auth/signin"),
    ("POST", "/auth/session/refresh"),
    ("POST", "/auth/signout"),
    ("POST", "/auth/user/password/reset/token"),
    ("POST", "/auth/user/password/reset"),
    (
        "GET",
        "/auth/emailpassword/email/exists?email=ana%40ex.co&a=%zz",
    ),
    ("GET", "/auth/signup/email/exists?email=ana%40ex.co"),
    ("GET", "/auth/jwt/jwks.json"),
    ("GET", "/auth/.well-known/openid-configuration"),
];

/// Those that take any tenant, since it is that of the session, or means nothing.
pub(crate) const OF_ANY_TENANT: [&str; 4] = [
    "/session/refresh",
    "/signout",
    "/jwt/jwks.json",
    "/.well-known/openid-configuration",
];

/// A body that every operation understands.
pub(crate) const BODY: &str = r#"{"formFields":[{"id":"email","value":"ana@ex.co"},{"id":"password","value":"passw0rd"}],"method":"token","token":"abc","shouldTryLinkingWithSessionUser":false}"#;

pub(crate) struct Target {
    pub(crate) auth: Auth,
    pub(crate) access: String,
    pub(crate) refresh: String,
    key: Arc<SigningKey>,
    runtime: Runtime,
}

struct Nowhere;

#[async_trait::async_trait]
impl Mailer for Nowhere {
    async fn send(&self, _: &Mail) -> Result<(), SendError> {
        Ok(())
    }
}

impl Target {
    pub(crate) fn get() -> &'static Self {
        static TARGET: OnceLock<Target> = OnceLock::new();
        TARGET.get_or_init(Self::start)
    }

    fn start() -> Self {
        let runtime = Runtime::new().expect("there are threads");
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("appInfo is right"));
        config.session.signing_algorithm = Algorithm::EdDsa;
        config.limits = auth_server::limits::LimitSettings::off();
        let builder = Auth::builder(config)
            .store(SqliteStore::open("sqlite::memory:").expect("there is memory"))
            .clock(ManualClock::new(NOW))
            .mailer(Nowhere)
            .password_params(FAST_PASSWORDS);
        let auth = runtime
            .block_on(builder.build())
            .expect("the settings are right");
        let sessions = auth.sessions();
        let new = NewSessionFor::user("ana");
        let begun = runtime.block_on(sessions.create_without_request(new, TransferMethod::Header));
        let tokens = begun.expect("a session begins").1;
        let key = runtime
            .block_on(sessions.keys().signing(true))
            .expect("there is a key");
        Self {
            auth,
            access: tokens.access_token,
            refresh: tokens.refresh_token.expect("it is sent"),
            key,
            runtime,
        }
    }

    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub(crate) fn now(&self) -> i64 {
        self.auth.clock().now()
    }

    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The session of an access token.
    pub(crate) fn session(&self, token: &str) -> Option<Session> {
        let sessions = self.auth.sessions();
        let options = VerifyOptions::default();
        let session = sessions.verify_without_request(token, None, TransferMethod::Header, options);
        self.wait(session)
            .ok()
            .flatten()
            .map(|(session, _)| session)
    }

    pub(crate) fn is_session(&self, token: &str) -> bool {
        self.session(token).is_some()
    }

    /// The status of a request, and whether it was for one of the built-in operations.
    pub(crate) fn ask(&self, method: &str, uri: Uri, body: Vec<u8>, coding: u8) -> (u16, bool) {
        let mut request = Request::builder().method(method).uri(uri);
        match coding % 4 {
            1 => request = request.header("content-encoding", "gzip"),
            2 => request = request.header("content-encoding", "deflate"),
            _ => {}
        }
        if coding >= 128 {
            request = request.header("content-type", "application/json; charset=utf-8");
        }
        let request = request.body(Body::from(body)).expect("it is a request");
        let router = auth_server::router(self.auth.clone(), Endpoints::new());
        let answer = self
            .wait(router.oneshot(request))
            .unwrap_or_else(|never| match never {});
        // No built-in operation answers 404.
        let found = answer.status() != StatusCode::NOT_FOUND;
        (answer.status().as_u16(), found)
    }
}

/// A body packed as its coding says; or not, though it says so.
pub(crate) fn coded(body: &[u8], coding: u8) -> Vec<u8> {
    let is_honest = coding & 64 == 0;
    match coding % 4 {
        1 if is_honest => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(body).expect("memory takes it");
            packed.finish().expect("memory takes it")
        }
        2 if is_honest => {
            let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(body).expect("memory takes it");
            packed.finish().expect("memory takes it")
        }
        _ => body.to_vec(),
    }
}

/// What a JWT says.
pub(crate) fn payload(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a JWT has three parts");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("it is base64url");
    serde_json::from_slice(&payload).expect("it is JSON")
}
