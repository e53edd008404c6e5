//! What the provider answers, path by path.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use askama::Template;
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded;

use super::keys::{self, SigningKey};
use super::request::{Refusal, SignIn};
use super::{CLIENT_ID, NAME};
use crate::cli::dev::http::{Fields, Request, Response};

/// How long a code can be redeemed (RFC 6749 §4.1.2).
const CODE_TIME: Duration = Duration::from_secs(60);
/// How long an access token works.
const TOKEN_TIME: Duration = Duration::from_secs(600);
/// The longest mail address (RFC 5321 §4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// The provider behind its address.
pub(super) struct Endpoints {
    /// What requests must name as their host.
    host: String,
    issuer: String,
    secret: String,
    key: SigningKey,
    codes: Secrets<Code>,
    tokens: Secrets<User>,
}

/// A user who has signed in.
#[derive(Clone)]
struct User {
    email: String,
    is_verified: bool,
    /// Whether the client may see the address.
    has_email: bool,
}

/// What a code stands for.
struct Code {
    user: User,
    redirect_uri: String,
    challenge: String,
    nonce: Option<String>,
}

/// The page that asks who signs in.
#[derive(Template)]
#[template(path = "dev/provider.html.jinja", escape = "html")]
struct Page<'a> {
    name: &'a str,
    /// Where the user came from; `None` for a request that is refused here.
    website: Option<String>,
    fields: &'a [(String, String)],
    problem: Option<&'a str>,
}

impl Endpoints {
    /// Makes keys and secrets.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn new(address: SocketAddr) -> Result<Self, Unspecified> {
        Ok(Self {
            host: address.to_string(),
            issuer: format!("http://{address}"),
            secret: keys::random()?,
            key: SigningKey::generate()?,
            codes: Secrets::new(CODE_TIME),
            tokens: Secrets::new(TOKEN_TIME),
        })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// Answers a request.
    pub(super) fn answer(&self, request: &Request) -> Response {
        // A foreign page could give its own name this address (DNS rebinding).
        if request.header("host") != Some(&self.host) {
            return Response::not_found();
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/.well-known/openid-configuration") => json_response(&self.discovery()),
            ("GET", "/jwks") => json_response(&json!({ "keys": [self.key.jwk()] })),
            ("GET", "/authorize") => self.ask(&request.query()),
            ("POST", "/authorize") => self.decide(&request.form()),
            ("POST", "/token") => self.redeem(request),
            ("GET" | "POST", "/userinfo") => self.user_info(request),
            _ => Response::not_found(),
        }
    }

    /// OpenID Connect Discovery 1.0, §3.
    fn discovery(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email"],
            "claims_supported": ["sub", "email", "email_verified"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "request_uri_parameter_supported": false,
        })
    }

    /// Shows the page that asks who signs in.
    fn ask(&self, fields: &Fields) -> Response {
        match SignIn::read(fields) {
            Ok(sign_in) => page(&sign_in, None),
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Sends the user back with what they have chosen.
    fn decide(&self, fields: &Fields) -> Response {
        let sign_in = match SignIn::read(fields) {
            Ok(sign_in) => sign_in,
            Err(refusal) => return self.refuse(refusal),
        };
        if fields.get("cancel").is_some() {
            let denied = ("error", "access_denied");
            return self.send(sign_in.redirect_uri, denied, sign_in.state);
        }
        let email = fields.get("email").unwrap_or_default().trim();
        if !is_email(email) {
            return page(&sign_in, Some("This is not an email address."));
        }
        let code = self.codes.keep(Code {
            user: User {
                email: email.to_owned(),
                is_verified: fields.get("verified").is_some(),
                has_email: sign_in.has_email,
            },
            redirect_uri: sign_in.sent_redirect_uri,
            challenge: sign_in.challenge,
            nonce: sign_in.nonce,
        });
        match code {
            Ok(code) => self.send(sign_in.redirect_uri, ("code", &code), sign_in.state),
            Err(_) => failed(),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Shown(problem) => {
                let page = Page {
                    name: NAME,
                    website: None,
                    fields: &[],
                    problem: Some(problem),
                };
                html(&page, "'none'").with_status("400 Bad Request")
            }
            Refusal::Sent(error, redirect_uri, state) => {
                self.send(*redirect_uri, ("error", error), state)
            }
        }
    }

    /// Sends the user back, with the issuer beside the answer (RFC 9207).
    fn send(&self, mut to: Url, answer: (&str, &str), state: Option<String>) -> Response {
        let mut query = to.query_pairs_mut();
        query.append_pair(answer.0, answer.1);
        if let Some(state) = state {
            query.append_pair("state", &state);
        }
        query.append_pair("iss", &self.issuer);
        drop(query);
        Response::redirect("303 See Other", to)
    }

    /// Exchanges a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6).
    fn redeem(&self, request: &Request) -> Response {
        let form = request.form();
        if !self.is_client(request, &form) {
            return error("401 Unauthorized", "invalid_client")
                .with_header("WWW-Authenticate", "Basic realm=\"token\"");
        }
        if form.get("grant_type") != Some("authorization_code") {
            return error("400 Bad Request", "unsupported_grant_type");
        }
        // A code is used once, whichever client presents it.
        let code = form.get("code").and_then(|code| self.codes.take(code));
        let verifier = form.get("code_verifier").unwrap_or_default();
        let is_right = |code: &Code| {
            form.get("redirect_uri") == Some(&code.redirect_uri)
                && keys::is_same(&keys::sha256(verifier), &code.challenge)
        };
        let Some(code) = code.filter(is_right) else {
            return error("400 Bad Request", "invalid_grant");
        };
        match self.tokens(&code) {
            Ok(tokens) => json_response(&tokens),
            Err(_) => failed(),
        }
    }

    fn tokens(&self, code: &Code) -> Result<Value, Unspecified> {
        let access_token = self.tokens.keep(code.user.clone())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_err(|_| Unspecified)?.as_secs();
        let mut claims = code.user.claims();
        claims["iss"] = json!(self.issuer);
        claims["aud"] = json!(CLIENT_ID);
        claims["iat"] = json!(now);
        claims["exp"] = json!(now + TOKEN_TIME.as_secs());
        claims["at_hash"] = json!(keys::half_sha256(&access_token));
        if let Some(nonce) = &code.nonce {
            claims["nonce"] = json!(nonce);
        }
        Ok(json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_TIME.as_secs(),
            "id_token": self.key.sign(&claims)?,
        }))
    }

    /// Whether a request proves by either method that the client sends it (RFC 6749 §2.3.1).
    fn is_client(&self, request: &Request, form: &Fields) -> bool {
        let by_header = request.header("authorization").map(|value| {
            let pair = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
            let pair = String::from_utf8(pair).ok()?;
            let (id, secret) = pair.split_once(':')?;
            Some((decoded(id), decoded(secret)))
        });
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        let in_form = || Some((text("client_id"), text("client_secret")));
        by_header
            .unwrap_or_else(in_form)
            .is_some_and(|(id, secret)| id == CLIENT_ID && keys::is_same(&secret, &self.secret))
    }

    /// OpenID Connect Core 1.0, §5.3.
    fn user_info(&self, request: &Request) -> Response {
        let token = request.header("authorization");
        let token = token.and_then(|value| value.strip_prefix("Bearer "));
        match token.and_then(|token| self.tokens.get(token)) {
            Some(user) => json_response(&user.claims()),
            None => error("401 Unauthorized", "invalid_token")
                .with_header("WWW-Authenticate", "Bearer error=\"invalid_token\""),
        }
    }
}

impl User {
    /// What the client may know.
    fn claims(&self) -> Value {
        // One address is one user, in whatever case it is written.
        let mut claims = json!({ "sub": keys::half_sha256(&self.email.to_lowercase()) });
        if self.has_email {
            claims["email"] = json!(self.email);
            claims["email_verified"] = json!(self.is_verified);
        }
        claims
    }
}

/// Values behind random keys, for a while.
struct Secrets<T> {
    time: Duration,
    kept: Mutex<HashMap<String, (T, Instant)>>,
}

impl<T> Secrets<T> {
    fn new(time: Duration) -> Self {
        Self {
            time,
            kept: Mutex::default(),
        }
    }

    fn keep(&self, value: T) -> Result<String, Unspecified> {
        let key = keys::random()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, since)| since.elapsed() < self.time);
        kept.insert(key.clone(), (value, Instant::now()));
        Ok(key)
    }

    fn take(&self, key: &str) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, since) = kept.remove(key)?;
        (since.elapsed() < self.time).then_some(value)
    }
}

impl<T: Clone> Secrets<T> {
    fn get(&self, key: &str) -> Option<T> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, since) = kept.get(key)?;
        (since.elapsed() < self.time).then(|| value.clone())
    }
}

fn page(sign_in: &SignIn, problem: Option<&str>) -> Response {
    let website = sign_in.redirect_uri.origin().ascii_serialization();
    // Chromium applies the rule about forms to the redirect that answers the form, too.
    let form_action = format!("'self' {website}");
    let page = Page {
        name: NAME,
        website: Some(website),
        fields: &sign_in.fields,
        problem,
    };
    html(&page, &form_action)
}

fn html(page: &Page<'_>, form_action: &str) -> Response {
    let Ok(body) = page.render() else {
        return failed();
    };
    Response::file("text/html", body).with_header(
        "Content-Security-Policy",
        format!(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
             form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
        ),
    )
}

fn json_response(value: &Value) -> Response {
    Response {
        status: "200 OK",
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: value.to_string(),
    }
}

fn error(status: &'static str, code: &str) -> Response {
    json_response(&json!({ "error": code })).with_status(status)
}

fn failed() -> Response {
    error("500 Internal Server Error", "server_error")
}

/// A part of the `Authorization` header, which is encoded like a form (RFC 6749 §2.3.1).
fn decoded(text: &str) -> String {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    pairs
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

/// Whether a text can be an address; the server checks it by its own rules.
fn is_email(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains('@');
    text.len() <= LONGEST_EMAIL
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text
            .split_once('@')
            .is_some_and(|(name, domain)| is_part(name) && is_part(domain))
}
