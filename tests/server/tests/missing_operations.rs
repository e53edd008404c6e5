//! What a page requests and the server does not have is named in the log.

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use auth_server::Auth;
use auth_server::web::{
    Answer, Api, AuthLayer, Handler, Operation, Origins, Route, Scope, Sends, Sessions, Tenancy,
};
use axum::Router;
use axum::routing::get;
use common::Server;
use http::{Method, StatusCode};

/// An operation of the description; nothing answers the second of a pair.
const fn own(id: &'static str, path: &'static str, is_given: bool) -> Operation<()> {
    Operation {
        route: Route {
            id,
            method: Method::POST,
            path,
            tenancy: Tenancy::Tenant,
            scope: Scope::Base,
            origins: Origins::Own,
            sessions: Sessions::Keeps,
            sends: Sends::Nothing,
            recipe: "",
            behaviour: Route::CUSTOM,
        },
        handler: Handler::Custom {
            is_given: if is_given { |()| true } else { |()| false },
            answer: |(), _| Box::pin(async { Ok(Answer::text(StatusCode::OK, "here")) }),
        },
    }
}

static OPERATIONS: &[Operation<()>] = &[
    own("given", "/given", true),
    own("notGiven", "/not/given", false),
];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().expect("the lock is free");
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_named_once_to_who_runs_the_server() {
    let log = Log::default();
    let kept = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::WARN)
        .with_writer(move || kept.clone())
        .finish();
    // The test has one thread, so all that the server does is logged here.
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = |auth: Auth| {
        Router::new()
            .route("/auth/mine", get(|| async { "mine" }))
            .layer(AuthLayer::new(auth, Api::new(OPERATIONS, ())))
    };
    let server = Server::start_app(|_| {}, app).await;
    let lines = || {
        let bytes = log.0.lock().expect("the lock is free").clone();
        let text = String::from_utf8(bytes).expect("it is text");
        let lines = text.lines().filter(|line| line.contains("a page requests"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };

    // Answered, answered by the application, and not requested by an SDK.
    assert_eq!(server.get("/auth/mine").send().await.status, 200);
    assert_eq!(server.post("/auth/given").send().await.status, 200);
    let scanner = server.get("/auth/user/email/verify");
    assert_eq!(scanner.without("fdi-version").send().await.status, 404);
    // Outside of the auth APIs, and an operation for a tenant that does not exist.
    assert_eq!(server.get("/elsewhere").send().await.status, 404);
    assert_eq!(server.post("/auth/t9/given").send().await.status, 404);
    assert_eq!(lines(), Vec::<String>::new());

    for _ in 0..2 {
        let verify = server.get("/auth/user/email/verify?token=s3cret");
        assert_eq!(verify.send().await.status, 404);
        let not_given = server.post("/auth/not/given").without("fdi-version");
        let not_given = not_given.header("st-auth-mode", "cookie");
        assert_eq!(not_given.send().await.status, 404);
    }
    let named = lines();
    assert_eq!(named.len(), 2, "{named:#?}");
    let verify = "GET /auth/user/email/verify, and the description has no such operation";
    assert!(named[0].contains(verify), "{named:#?}");
    assert!(
        named[0].contains("WARN") && !named[0].contains("s3cret"),
        "{named:#?}"
    );
    let group = "POST /auth/not/given, and nothing answers `notGiven`";
    assert!(named[1].contains(group), "{named:#?}");

    // A client that invents paths fills neither the log nor the memory.
    for number in 0..150 {
        let path = format!("/auth/invented/{number}");
        assert_eq!(server.get(&path).send().await.status, 404);
    }
    assert_eq!(lines().len(), 100);
}
