//! The valid requests that mutations begin with: one for every built-in operation, in both modes where
//! there are two, and those of an application's protected route.

use auth_server::recipes::password_reset;
use auth_server::session::{NewSessionFor, SessionTokens, TransferMethod};
use serde_json::{Value, json};

use crate::server::{FORGETFUL, PASSWORD, Target, VICTIM};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    SignUp,
    SignIn,
    RefreshByCookie,
    RefreshByHeader,
    SignOutByCookie,
    SignOutByHeader,
    AskForReset,
    Reset,
    Exists,
    Jwks,
    Discovery,
    ProtectedByCookie,
    ProtectedByHeader,
}

impl Operation {
    pub(crate) const ALL: [Self; 13] = [
        Self::SignUp,
        Self::SignIn,
        Self::RefreshByCookie,
        Self::RefreshByHeader,
        Self::SignOutByCookie,
        Self::SignOutByHeader,
        Self::AskForReset,
        Self::Reset,
        Self::Exists,
        Self::Jwks,
        Self::Discovery,
        Self::ProtectedByCookie,
        Self::ProtectedByHeader,
    ];

    fn transfer(self) -> TransferMethod {
        match self {
            Self::RefreshByCookie | Self::SignOutByCookie | Self::ProtectedByCookie => {
                TransferMethod::Cookie
            }
            _ => TransferMethod::Header,
        }
    }

    fn line(self) -> &'static str {
        match self {
            Self::SignUp => "POST /auth/signup",
            Self::SignIn => "POST /auth/signin",
            Self::RefreshByCookie | Self::RefreshByHeader => "POST /auth/session/refresh",
            Self::SignOutByCookie | Self::SignOutByHeader => "POST /auth/signout",
            Self::AskForReset => "POST /auth/user/password/reset/token",
            Self::Reset => "POST /auth/user/password/reset",
            Self::Exists => "GET /auth/emailpassword/email/exists?email=victim%40ex.co",
            Self::Jwks => "GET /auth/jwt/jwks.json",
            Self::Discovery => "GET /auth/.well-known/openid-configuration",
            Self::ProtectedByCookie | Self::ProtectedByHeader => "POST /protected?deep=1",
        }
    }
}

/// A request in parts.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    /// As it travels. The length is that of the body, unless a mutation says something else.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} HTTP/1.1\r\n", self.line).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let says_its_length = |(name, _): &(String, Vec<u8>)| {
            let name = name.to_ascii_lowercase();
            name == "content-length" || name == "transfer-encoding"
        };
        if !self.headers.iter().any(says_its_length) {
            let length = self.body.len();
            bytes.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// A valid request, and what it relies on.
pub(crate) struct Case {
    pub(crate) operation: Operation,
    pub(crate) request: Request,
    pub(crate) session: SessionTokens,
    pub(crate) handle: String,
    pub(crate) reset_token: Option<String>,
}

impl Case {
    /// A request of this kind with a session, and where it takes one a reset token, of its own.
    pub(crate) async fn new(target: &Target, operation: Operation) -> Self {
        let transfer = operation.transfer();
        let new = NewSessionFor::user(&target.victim);
        let sessions = target.auth.sessions();
        let begun = sessions.create_without_request(new, transfer).await;
        let (session, tokens) = begun.expect("a session begins");
        let reset_token = match operation {
            Operation::Reset => Some(reset_token(target).await),
            _ => None,
        };
        let mut case = Self {
            operation,
            request: Request {
                line: operation.line().to_owned(),
                headers: Vec::new(),
                body: Vec::new(),
            },
            session: tokens,
            handle: session.handle.clone(),
            reset_token,
        };
        case.fill();
        case
    }

    fn fill(&mut self) {
        let request = &mut self.request;
        for (name, value) in [
            ("host", "localhost:3001"),
            ("connection", "close"),
            ("origin", "http://localhost:3000"),
            ("fdi-version", "3.1,4.0,4.1"),
            ("rid", "anti-csrf"),
        ] {
            request.set(name, value);
        }
        let tokens = &self.session;
        let refresh = tokens.refresh_token.as_deref().unwrap_or_default();
        let anti_csrf = tokens.anti_csrf_token.as_deref().unwrap_or_default();
        let access = &tokens.access_token;
        match self.operation {
            Operation::RefreshByCookie => {
                request.set("cookie", format!("sRefreshToken={refresh}; theme=dark"));
                request.set("anti-csrf", anti_csrf);
            }
            Operation::SignOutByCookie | Operation::ProtectedByCookie => {
                request.set("cookie", format!("theme=dark; sAccessToken={access}"));
                request.set("anti-csrf", anti_csrf);
            }
            Operation::RefreshByHeader => {
                request.set("authorization", format!("Bearer {refresh}"));
            }
            Operation::SignOutByHeader | Operation::ProtectedByHeader => {
                request.set("authorization", format!("Bearer {access}"));
            }
            _ => {}
        }
        let body = match self.operation {
            Operation::SignUp => {
                let email = format!("new-{}@ex.co", uuid::Uuid::new_v4().simple());
                fields(&[("email", &email), ("password", "passw0rd")])
            }
            Operation::SignIn => fields(&[("email", VICTIM), ("password", PASSWORD)]),
            Operation::AskForReset => fields(&[("email", FORGETFUL)]),
            Operation::Reset => {
                let mut body = fields(&[("password", "another passw0rd")]);
                body["method"] = json!("token");
                body["token"] = json!(self.reset_token);
                body
            }
            _ => return,
        };
        request.set("content-type", "application/json; charset=utf-8");
        request.set("st-auth-mode", "cookie");
        request.body = body.to_string().into_bytes();
    }
}

fn fields(fields: &[(&str, &str)]) -> Value {
    let fields: Vec<_> = fields
        .iter()
        .map(|(id, value)| json!({"id": id, "value": value}))
        .collect();
    json!({"formFields": fields})
}

async fn reset_token(target: &Target) -> String {
    let email = FORGETFUL.parse().expect("an address");
    let token = password_reset::new_token(&target.auth, &target.forgetful, "public", &email).await;
    token
        .expect("the store works")
        .expect("there is such a user")
}
