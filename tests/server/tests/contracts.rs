//! What the contract of an operation says is enforced, whatever its function does.

mod common;

use auth_server::web::{
    Answer, Api, AuthLayer, Handler, Operation, Origins, Route, Scope, Sessions, Tenancy,
};
use auth_server::{Auth, Call, Error, NewSessionFor};
use axum::Router;
use common::Server;
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
