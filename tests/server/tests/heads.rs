//! The heads of requests and answers: what is refused, what every answer carries, and how large it gets.

mod common;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use auth_server::{Auth, Config, Endpoints, NewSessionFor, Session, health_router};
use axum::Router;
use axum::response::Html;
use axum::routing::{any, get};
use common::{Exchange, Server, form};
use http::{HeaderMap, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Routes of an application, and the health routes, around the auth APIs.
fn app(auth: Auth) -> Router {
    Router::new()
        .route(
            "/who",
            any(async |session: Session| session.user_id.clone()),
        )
        .route("/page", get(|| async { Html("<p>Hello</p>") }))
        .route("/auth/page", get(|| async { Html("<p>Hello</p>") }))
        .merge(health_router(&auth))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

fn on_https(config: &mut Config) {
    config.app_info = common::app_info("https://api.example.com", "https://example.com");
}

/// Every kind of answer that the server makes itself.
async fn own_answers(server: &Server) -> Vec<Exchange> {
    let preflight = server
        .ask(Method::OPTIONS, "/auth/signin")
        .header("origin", &server.auth.app_info().website_domain)
        .header("access-control-request-method", "POST");
    vec![
        server.ana("header").await,
        server.post("/auth/signin").text("no JSON").await,
        server.post("/auth/session/refresh").send().await,
        server.get("/auth/jwt/jwks.json").send().await,
        server.get("/livez").send().await,
        server.get("/readyz").send().await,
        server.get("/who").send().await,
        preflight.send().await,
    ]
}

fn is_protected(answer: &Exchange) -> bool {
    answer.header("x-content-type-options") == Some("nosniff")
        && answer.header("content-security-policy")
            == Some(
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            )
        && answer.header("referrer-policy") == Some("no-referrer")
}

#[tokio::test]
async fn every_answer_of_the_server_itself_is_protected() {
    let server = Server::start_app(on_https, app).await;
    for answer in own_answers(&server).await {
        assert!(is_protected(&answer), "{answer}");
        let transport = answer.header("strict-transport-security");
        assert_eq!(transport, Some("max-age=31536000"), "{answer}");
    }
    // Without an application, its 404 is the server's own, wherever it is.
    let alone = Server::start_with(on_https).await;
    for path in ["/auth/nope", "/nope", "/auth", "/"] {
        let answer = alone.get(path).send().await;
        assert!(is_protected(&answer), "{answer}");
        assert!(answer.header("strict-transport-security").is_some());
    }
}

#[tokio::test]
async fn a_developers_machine_gets_no_hsts() {
    for domain in ["http://localhost:3001", "https://localhost:3001"] {
        let local = |config: &mut Config| {
            config.app_info = common::app_info(domain, "http://localhost:3000");
        };
        let server = Server::start_app(local, app).await;
        for answer in own_answers(&server).await {
            assert!(is_protected(&answer), "{answer}");
            assert_eq!(answer.header("strict-transport-security"), None);
        }
    }
}

#[tokio::test]
async fn pages_of_the_application_stay_as_they_are() {
    let server = Server::start_app(on_https, app).await;
    for path in ["/page", "/auth/page"] {
        let answer = server.get(path).send().await;
        assert_eq!(answer.brief(), "200 <p>Hello</p>");
        for name in ["content-security-policy", "strict-transport-security"] {
            assert_eq!(answer.header(name), None, "{path}");
        }
    }
}

/// A server on a socket that takes anything.
async fn listen() -> (Server, SocketAddr) {
    let server = Server::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let app = auth_server::router(server.auth.clone(), Endpoints::new());
    tokio::spawn(auth_server::serve(listener, app, std::future::pending()));
    (server, address)
}

/// All that is answered to this text, until the connection is closed.
async fn answered(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // A server that refuses may close before it has read everything.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("it is text")
}

#[tokio::test]
async fn a_request_names_one_host() {
    let (_server, address) = listen().await;
    let ask = |version: &str, hosts: &str| {
        format!("GET /auth/nope HTTP/{version}\r\n{hosts}connection: close\r\n\r\n")
    };
    for (version, hosts, status) in [
        ("1.1", "host: a\r\n", 404),
        ("1.1", "", 400),
        ("1.1", "host: a\r\nhost: a\r\n", 400),
        ("1.1", "host: a\r\nHost: b\r\n", 400),
        ("1.0", "", 404),
        ("1.0", "host: a\r\nhost: b\r\n", 400),
    ] {
        let answer = answered(address, &ask(version, hosts)).await;
        let line = format!("HTTP/{version} {status}");
        assert!(answer.starts_with(&line), "{version} {hosts:?}: {answer}");
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_head_has_64_kib_at_most() {
    let (_server, address) = listen().await;
    let head = |bytes: usize| {
        let start = "GET /auth/nope HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: ";
        let padding = "x".repeat(bytes - start.len() - "\r\n\r\n".len());
        format!("{start}{padding}\r\n\r\n")
    };
    let limit = 64 * 1024;
    let answer = answered(address, &head(limit)).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let answer = answered(address, &head(limit + 1)).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    // All that a page can store in cookies for one host is refused before it is all read.
    let answer = answered(address, &head(4 * limit)).await;
    assert!(!answer.contains("HTTP/1.1 404"), "{answer}");
}

/// How many bytes the head of an answer has, but for what the connection adds.
fn head_bytes(answer: &Exchange) -> usize {
    let fields = answer.headers.iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + 4);
    "HTTP/1.1 200 OK\r\n\r\n".len() + fields.sum::<usize>()
}

#[tokio::test]
async fn without_claims_the_head_of_a_sign_up_is_half_of_what_a_stock_nginx_takes() {
    let server = Server::start_with(|config| {
        on_https(config);
        config.session.signing_algorithm = auth_server::crypto::keys::Algorithm::Rs256;
    })
    .await;
    for (mode, email) in [("cookie", "ana@ex.co"), ("header", "eva@ex.co")] {
        let ask = server.post("/auth/signup").header("st-auth-mode", mode);
        let ask = ask.header("origin", "https://example.com");
        let answer = ask.json(&form(email, "passw0rd")).await;
        let bytes = head_bytes(&answer);
        assert!(bytes < 2_700, "{mode}: {bytes} bytes\n{answer}");
    }
}

/// What is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nothing panics with it").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The warnings about large heads.
    fn warnings(&self) -> Vec<String> {
        let bytes = self.0.lock().expect("nothing panics with it").clone();
        let text = String::from_utf8(bytes).expect("it is text");
        let lines = text.lines().filter(|line| line.contains("head_bytes"));
        lines.map(str::to_owned).collect()
    }
}

/// A sign-up with claims of so many bytes; the answer's head, and the warnings.
async fn sign_up_with(bytes: usize) -> (usize, Vec<String>, Server) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let claims = move |mut new: NewSessionFor, _: HeaderMap| async move {
        let value = "x".repeat(bytes);
        new.claims.insert("permissions".to_owned(), value.into());
        Ok(new)
    };
    let server = Server::start_built(
        on_https,
        |builder| builder.on_create_session(claims),
        |auth| auth_server::router(auth, Endpoints::new()),
    )
    .await;
    let ask = server.post("/auth/signup").header("st-auth-mode", "cookie");
    let ask = ask.header("origin", "https://example.com");
    let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    // It says so once, and not for each refresh of a busy server.
    let refresh = server.post("/auth/session/refresh");
    let refreshed = refresh.header("cookie", &answer.as_cookies()).send().await;
    assert_eq!(refreshed.status, 200);
    (head_bytes(&answer), log.warnings(), server)
}

#[tokio::test]
async fn a_head_that_proxies_may_refuse_is_logged() {
    let mut warned_from = None;
    for bytes in (100..1_200).step_by(100) {
        let (head, warnings, _server) = sign_up_with(bytes).await;
        assert!(warnings.len() <= 1, "{warnings:?}");
        assert!(
            head < 3_584 || !warnings.is_empty(),
            "{head} bytes, and no word"
        );
        if let Some(warning) = warnings.first() {
            let named = format!("permissions ({} bytes)", bytes + 2);
            assert!(warning.contains(&named), "{warning}");
            assert!(!warning.contains("xxxx"), "no value of a claim: {warning}");
            warned_from.get_or_insert(head);
        }
    }
    let warned_from = warned_from.expect("1,100 bytes of claims are too many");
    assert!((3_000..=3_900).contains(&warned_from), "{warned_from}");
}
