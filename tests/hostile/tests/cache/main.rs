//! A shared cache in front of the server, a real one, that stores whatever the headers allow: it never
//! replays a token, a refusal or anything else of one visitor to another.
//!
//! Needs `AUTH_TEST_NGINX`, the path of nginx.

#[path = "../../../server/tests/common/mod.rs"]
mod common;
mod nginx;
mod outbox;

use std::path::PathBuf;

use auth_hostile::figures;
use auth_server::auth::AuthBuilder;
use auth_server::crypto::keys::Algorithm;
use auth_server::{Auth, AuthContext, Endpoints, Error, NewSessionFor, Session};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::get;
use common::{Server, form};
use http::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::nginx::Nginx;

/// Sends a new access token, on the method that caches like best.
async fn renew(mut session: Session, context: AuthContext) -> Result<String, Error> {
    let update = json!({"renewed": true});
    let update = update.as_object().expect("it is an object");
    context.merge_claims(&mut session, update).await?;
    Ok(session.user_id.clone())
}

/// Gives a session as many bytes of claims as the header `x-claims` says.
async fn claims_of_the_request(
    mut new: NewSessionFor,
    headers: HeaderMap,
) -> Result<NewSessionFor, Error> {
    let bytes = headers
        .get("x-claims")
        .and_then(|bytes| bytes.to_str().ok());
    if let Some(bytes) = bytes.and_then(|bytes| bytes.parse().ok()) {
        new.claims.insert("c".to_owned(), "x".repeat(bytes).into());
    }
    Ok(new)
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/renew", get(renew))
        .route(
            "/who",
            get(async |session: Session| session.user_id.clone()),
        )
        .layer(auth_server::layer(auth, Endpoints::new()))
}

/// An answer that came through a cache.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("it is text"))
    }

    fn is_replayed(&self) -> bool {
        self.header("x-cache") == "HIT"
    }

    /// Every token that it carries.
    fn tokens(&self) -> Vec<String> {
        let text = |value: &http::HeaderValue| value.to_str().expect("it is text").to_owned();
        let headers = ["st-access-token", "st-refresh-token", "front-token"];
        let by_header = headers
            .iter()
            .filter_map(|name| self.headers.get(*name).map(text));
        let lines = self.headers.get_all("set-cookie").iter().map(text);
        let by_cookie = lines.filter_map(|line| {
            let (_, value) = line.split(';').next()?.split_once('=')?;
            Some(value.to_owned())
        });
        by_header
            .chain(by_cookie)
            .filter(|token| token.len() > 20)
            .collect()
    }

    fn cookies(&self) -> String {
        let pairs = self.headers.get_all("set-cookie").iter().map(|line| {
            let line = line.to_str().expect("it is text");
            line.split(';').next().expect("it has a part").to_owned()
        });
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// Asks the way through a cache, or without one.
async fn ask(
    origin: &str,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{origin}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = request.body(Body::from(body)).expect("it is a request");
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let (head, body) = client
        .request(request)
        .await
        .expect("it is answered")
        .into_parts();
    let body = to_bytes(Body::new(body), 1 << 20)
        .await
        .expect("it is answered to the end");
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

struct Setting {
    nginx: Nginx,
    /// The server without any cache.
    direct: String,
    _server: Server,
}

async fn start() -> Option<Setting> {
    let Some(program) = std::env::var_os("AUTH_TEST_NGINX").map(PathBuf::from) else {
        figures("a shared cache", "skipped, AUTH_TEST_NGINX is not set");
        return None;
    };
    let rs256 = |config: &mut auth_server::Config| {
        config.session.signing_algorithm = Algorithm::Rs256;
    };
    let claims = |builder: AuthBuilder| builder.on_create_session(claims_of_the_request);
    let server = Server::start_built(rs256, claims, app).await;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let direct = format!("http://{}", listener.local_addr().expect("it is bound"));
    let serving = auth_server::serve(listener, app(server.auth.clone()), std::future::pending());
    tokio::spawn(serving);
    let nginx = Nginx::start(&program, &direct).await;
    Some(Setting {
        nginx,
        direct,
        _server: server,
    })
}

/// One operation, asked for by Ana and then by Eva, who sees nothing of Ana's; the two answers.
async fn both(setting: &Setting, cache: &str, operation: &str, mode: &str) -> [Answer; 2] {
    let mut answers = Vec::new();
    for name in ["ana", "eva"] {
        let id = format!("{name}-{}", uuid::Uuid::new_v4().simple());
        let credentials = form(&format!("{id}@ex.co"), "passw0rd");
        let with_mode = [("st-auth-mode", mode)];
        let nothing = Value::Null;
        let answer = if operation == "/auth/signup" {
            ask(cache, Method::POST, operation, &with_mode, &credentials).await
        } else {
            // What comes before is not asked through the cache.
            let direct = &setting.direct;
            let begun = ask(
                direct,
                Method::POST,
                "/auth/signup",
                &with_mode,
                &credentials,
            )
            .await;
            let bearer = match operation {
                "/auth/session/refresh" => begun.header("st-refresh-token"),
                _ => begun.header("st-access-token"),
            };
            let bearer = format!("Bearer {bearer}");
            let cookies = begun.cookies();
            let carried = match mode {
                "cookie" => ("cookie", cookies.as_str()),
                _ => ("authorization", bearer.as_str()),
            };
            match operation {
                "/auth/signin" => {
                    ask(cache, Method::POST, operation, &with_mode, &credentials).await
                }
                "/renew" | "/who" => ask(cache, Method::GET, operation, &[carried], &nothing).await,
                _ => ask(cache, Method::POST, operation, &[carried], &nothing).await,
            }
        };
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        answers.push(answer);
    }
    answers
        .try_into()
        .unwrap_or_else(|_| unreachable!("two ask"))
}

const CARRY_TOKENS: [&str; 4] = [
    "/auth/signup",
    "/auth/signin",
    "/auth/session/refresh",
    "/renew",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_that_honours_cache_control_never_replays_a_token() {
    let Some(setting) = start().await else { return };
    let mut seen = 0;
    for mode in ["cookie", "header"] {
        for operation in CARRY_TOKENS {
            let [ana, eva] = both(&setting, &setting.nginx.honest, operation, mode).await;
            assert!(
                !ana.tokens().is_empty() && !eva.tokens().is_empty(),
                "{operation}"
            );
            assert!(!ana.is_replayed() && !eva.is_replayed(), "{operation}");
            for token in ana.tokens() {
                seen += 1;
                assert!(!eva.tokens().contains(&token), "{operation} in {mode} mode");
            }
        }
        let [_, eva] = both(&setting, &setting.nginx.honest, "/auth/signout", mode).await;
        assert!(!eva.is_replayed());
    }
    let text = format!("{seen} tokens of Ana's, none replayed to Eva");
    figures("a cache that honours Cache-Control", &text);
}

/// The same cache without its ears replays them all: so the test above would notice.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_cache_without_the_header_replays_them() {
    let Some(setting) = start().await else { return };
    let mut replayed = 0;
    for operation in CARRY_TOKENS {
        let [ana, eva] = both(&setting, &setting.nginx.deaf, operation, "cookie").await;
        assert!(eva.is_replayed(), "{operation}");
        assert_eq!(ana.tokens(), eva.tokens(), "{operation}");
        replayed += eva.tokens().len();
    }
    let text = format!("{replayed} tokens of Ana's replayed to Eva");
    figures("a cache that does not", &text);
}

/// Before they sign in, visitors are refused; that answer must not outlast it.
#[tokio::test(flavor = "multi_thread")]
async fn neither_refusals_nor_answers_about_addresses_are_replayed() {
    let Some(setting) = start().await else { return };
    let (cache, direct) = (&setting.nginx.honest, &setting.direct);
    let nothing = Value::Null;
    let exists = "/auth/emailpassword/email/exists?email=ana@ex.co";
    for (method, path) in [
        (Method::GET, "/who"),
        (Method::GET, "/renew"),
        (Method::POST, "/auth/session/refresh"),
        (Method::POST, "/auth/signout"),
    ] {
        let refused = ask(cache, method, path, &[], &nothing).await;
        assert_eq!(refused.status, 401, "{path}");
    }
    let before = ask(cache, Method::GET, exists, &[], &nothing).await;
    assert!(before.body.contains("false"), "{}", before.body);
    let with_mode = [("st-auth-mode", "cookie")];
    let body = form("ana@ex.co", "passw0rd");
    let ana = ask(direct, Method::POST, "/auth/signup", &with_mode, &body).await;
    let after = ask(cache, Method::GET, exists, &[], &nothing).await;
    assert!(after.body.contains("true"), "{}", after.body);
    for (method, path) in [
        (Method::GET, "/renew"),
        (Method::POST, "/auth/session/refresh"),
        (Method::POST, "/auth/signout"),
    ] {
        let cookies = ana.cookies();
        let answer = ask(cache, method, path, &[("cookie", &cookies)], &nothing).await;
        assert_eq!(
            (answer.status, answer.is_replayed()),
            (200, false),
            "{path}"
        );
    }
}

/// It does store what it may: the public keys.
#[tokio::test(flavor = "multi_thread")]
async fn the_public_keys_are_stored() {
    let Some(setting) = start().await else { return };
    let keys = async || {
        let path = "/auth/jwt/jwks.json";
        ask(&setting.nginx.honest, Method::GET, path, &[], &Value::Null).await
    };
    let (first, second) = (keys().await, keys().await);
    assert!(
        !first.is_replayed() && second.is_replayed(),
        "{}",
        second.header("x-cache")
    );
    assert_eq!(first.body, second.body);
}

/// How many bytes the head of an answer has.
fn head_bytes(answer: &Answer) -> usize {
    let fields = answer.headers.iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + 4);
    "HTTP/1.1 200 OK\r\n\r\n".len() + fields.sum::<usize>()
}

/// From which size of a head on the server warns in its log.
const WARNED_FROM: usize = 3_584;

#[tokio::test]
async fn users_sign_in_behind_a_stock_proxy_until_the_log_has_warned() {
    let Some(setting) = start().await else { return };
    for mode in ["cookie", "header"] {
        let mut last_good = 0;
        for bytes in (0..=1_500).step_by(100) {
            let size = bytes.to_string();
            let headers = [("st-auth-mode", mode), ("x-claims", size.as_str())];
            let sign_up = async |origin: &str, email: String| {
                let body = form(&email, "passw0rd");
                ask(origin, Method::POST, "/auth/signup", &headers, &body).await
            };
            let name = format!("{mode}{bytes}");
            let direct = sign_up(&setting.direct, format!("{name}@direct.co")).await;
            assert_eq!(direct.status, 200, "the server itself serves it");
            let answer = sign_up(&setting.nginx.stock, format!("{name}@proxy.co")).await;
            let head = head_bytes(&direct);
            match answer.status {
                200 => last_good = bytes,
                502 => assert!(
                    head >= WARNED_FROM,
                    "{mode}: {head} bytes, without a warning"
                ),
                status => panic!("{mode}, {bytes} bytes of claims: {status}"),
            }
        }
        figures(
            "a stock nginx",
            &format!("{mode} sessions pass with {last_good} bytes of claims, RS256"),
        );
        assert!(last_good >= 500, "{mode}: {last_good}");
    }
}
