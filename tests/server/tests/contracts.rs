//! What the contract of an operation says is enforced, whatever its function does.

mod common;

use auth_server::config::Secret;
use auth_server::crypto::keys::Algorithm;
use auth_server::web::{
    Answer, Api, AuthLayer, Handler, Operation, Origins, Route, Scope, Sends, Sessions, Tenancy,
};
use auth_server::{Auth, Call, Config, Endpoints, Error, NewSessionFor};
use axum::Router;
use common::{Server, app_info};
use http::{Method, StatusCode};

const fn own(id: &'static str, path: &'static str, sessions: Sessions) -> Operation<()> {
    Operation {
        route: Route {
            id,
            method: Method::POST,
            path,
            tenancy: Tenancy::None,
            scope: Scope::Base,
            origins: Origins::Own,
            sessions,
            sends: Sends::Nothing,
            recipe: "",
            behaviour: Route::CUSTOM,
        },
        handler: Handler::Custom {
            is_given: |()| true,
            answer: |(), call| Box::pin(sign_in(call)),
        },
    }
}

static OPERATIONS: &[Operation<()>] = &[
    own("enter", "/enter", Sessions::Begins),
    own("look", "/look", Sessions::Keeps),
];

async fn sign_in(call: &mut Call) -> Result<Answer, Error> {
    call.create_session(NewSessionFor::user("ana")).await?;
    Ok(Answer::text(StatusCode::OK, "welcome"))
}

#[tokio::test]
async fn an_operation_that_keeps_sessions_cannot_begin_one() {
    let app = |auth: Auth| Router::new().layer(AuthLayer::new(auth, Api::new(OPERATIONS, ())));
    let server = Server::start_app(|_| {}, app).await;
    let answer = server.post("/auth/look").send().await;
    assert_eq!(answer.status, 500, "{answer}");
    assert!(!answer.has_session_headers(), "{answer}");
    let answer = server.post("/auth/enter").send().await;
    assert_eq!(answer.status, 200, "{answer}");
    assert!(answer.has_session_headers(), "{answer}");
}

/// The log of building a layer around a server without a mail server.
async fn log_of(layer: impl FnOnce(Auth) -> AuthLayer) -> String {
    let mut config = Config::new(app_info("http://localhost:3001", "http://localhost:3000"));
    config.database_url = Secret::new("sqlite::memory:");
    config.session.signing_algorithm = Algorithm::Es256;
    let log = Log::default();
    let kept = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || kept.clone())
        .finish();
    // The test has one thread, so all that it does is logged here.
    let _guard = tracing::subscriber::set_default(subscriber);
    let auth = Auth::open(config).await.expect("the settings are right");
    let app: Router = Router::new()
        .route("/one", axum::routing::get(|| async {}))
        .route("/two", axum::routing::get(|| async {}))
        .layer(layer(auth));
    drop(app);
    let bytes = log.0.lock().expect("the lock is free").clone();
    String::from_utf8(bytes).expect("it is text")
}

#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
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
async fn a_server_without_mail_warns_once_where_a_mounted_operation_sends_mail() {
    const WARNING: &str = "no mail will go out";
    let all = log_of(|auth| AuthLayer::new(auth, Endpoints::new())).await;
    assert_eq!(all.matches(WARNING).count(), 1, "{all}");
    let known = ["createPasswordResetToken", "createEmailVerificationToken"];
    assert!(known.iter().all(|id| all.contains(id)), "{all}");
    // Only operations of the application, which send nothing by way of the server.
    let own = log_of(|auth| AuthLayer::new(auth, Api::new(OPERATIONS, ()))).await;
    assert!(!own.contains(WARNING), "{own}");
    // Those that send mail are left to the application.
    let without = log_of(|auth| {
        let layer = AuthLayer::new(auth, Endpoints::new());
        let routes = auth_server::api::OPERATIONS.iter();
        let routes = routes.map(|operation| &operation.route);
        let sending = routes.filter(|route| route.sends != Sends::Nothing);
        sending.fold(layer, |layer, route| layer.without(route.id))
    })
    .await;
    assert!(!without.contains(WARNING), "{without}");
}
