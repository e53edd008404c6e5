//! Events of sessions: each way in which one begins, continues or ends.

mod common;

use auth_server::auth::{AuthBuilder, OnEvent};
use auth_server::events::{AuthEvent, RevokedBy, SessionEvent, SessionEventKind};
use auth_server::session::TransferMethod;
use auth_server::{Auth, Error, NewSessionFor};
use common::heard::Heard;
use common::{Exchange, Server, form};
use http::Method;
use serde_json::json;

use SessionEventKind::{Created, Refreshed, Revoked, SignedOut, TheftDetected};

impl Heard<SessionEvent> {
    /// Adds the handler.
    fn listen(&self, builder: AuthBuilder) -> AuthBuilder {
        let heard = self.clone();
        builder.on_event(of_sessions(move |event: SessionEvent, _: Auth| {
            heard.keep(event);
            std::future::ready(Ok(()))
        }))
    }

    async fn kinds(&self, server: &Server) -> Vec<SessionEventKind> {
        let events = self.events(server).await;
        events.iter().map(|event| event.kind).collect()
    }
}

/// A handler of the events of sessions alone.
fn of_sessions<F, R>(handle: F) -> impl OnEvent
where
    F: Fn(SessionEvent, Auth) -> R + Send + Sync,
    R: Future<Output = Result<(), Error>> + Send,
{
    move |event: AuthEvent, auth: Auth| {
        let handling = match event {
            AuthEvent::Session(event) => Some(handle(event, auth)),
            _ => None,
        };
        async move {
            match handling {
                Some(handling) => handling.await,
                None => Ok(()),
            }
        }
    }
}

async fn start(build: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    Server::start_extended(|_| {}, build).await
}

async fn started() -> (Server, Heard<SessionEvent>) {
    let heard = Heard::<SessionEvent>::default();
    let server = start(|builder| heard.listen(builder)).await;
    (server, heard)
}

async fn refresh(server: &Server, session: &Exchange) -> Exchange {
    let bearer = format!("Bearer {}", session.refresh());
    let ask = server.post("/auth/session/refresh");
    ask.header("authorization", &bearer).send().await
}

async fn sign_out(server: &Server, session: &Exchange) -> Exchange {
    let bearer = format!("Bearer {}", session.access());
    let ask = server.post("/auth/signout");
    ask.header("authorization", &bearer).send().await
}

fn handle(session: &Exchange) -> String {
    let handle = &session.front_token()["up"]["sessionHandle"];
    handle.as_str().expect("it is text").to_owned()
}

#[tokio::test]
async fn a_session_begins_is_refreshed_and_signed_out() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    let user = ana.json()["user"]["id"].clone();
    server.clock.advance(1_000);
    let refreshed = refresh(&server, &ana).await;
    assert_eq!(refreshed.status, 200);
    // Another tab with the same token gets the same answer.
    assert_eq!(refresh(&server, &ana).await.refresh(), refreshed.refresh());
    server.clock.advance(1_000);
    assert_eq!(sign_out(&server, &refreshed).await.status, 200);
    // There is nothing left to be ended.
    assert_eq!(sign_out(&server, &refreshed).await.status, 200);

    let events = heard.events(&server).await;
    let seen = events.iter().map(|event| (event.kind, event.at));
    let expected = [(Created, 0), (Refreshed, 1_000), (SignedOut, 2_000)];
    let expected = expected.map(|(kind, later)| (kind, common::START + later));
    assert_eq!(seen.collect::<Vec<_>>(), expected);
    for event in &events {
        assert_eq!(event.handle, handle(&ana));
        assert_eq!(json!(event.user_id), user);
        assert_eq!(json!(event.recipe_user_id), user);
        assert_eq!(event.tenant_id, "public");
        let shown = format!("{event:?}");
        for answer in [&ana, &refreshed] {
            assert!(!shown.contains(answer.refresh()) && !shown.contains(answer.access()));
        }
    }
}

#[tokio::test]
async fn an_application_revokes_by_handle_and_by_user() {
    let (server, heard) = started().await;
    let sessions = server.auth.sessions();
    let mut handles = Vec::new();
    for _ in 0..3 {
        let new = NewSessionFor::user("eva");
        let begun = sessions.create_without_request(new, TransferMethod::Header);
        handles.push(begun.await.expect("it begins").0.handle.clone());
        // Sessions are ended in the order in which they began.
        server.clock.advance(1);
    }
    assert_eq!(heard.kinds(&server).await, [Created; 3]);
    assert!(sessions.revoke_by_handle(&handles[1]).await.expect("ended"));
    assert!(!sessions.revoke_by_handle(&handles[1]).await.expect("gone"));
    sessions.revoke_all("eva", None).await.expect("ended");
    let events = heard.events(&server).await;
    let ended: Vec<_> = events.iter().map(|event| &event.handle).collect();
    assert_eq!(ended, [&handles[1], &handles[0], &handles[2]]);
    let by_application = |event: &SessionEvent| {
        event.kind == Revoked(RevokedBy::Application) && event.user_id == "eva"
    };
    assert!(events.iter().all(by_application), "{events:?}");
}

#[tokio::test]
async fn a_sign_in_at_the_same_client_ends_the_session_before_it() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    let bearer = format!("Bearer {}", ana.access());
    let again = server.post("/auth/signin").header("st-auth-mode", "header");
    let again = again.header("authorization", &bearer);
    let again = again.json(&form("ana@ex.co", "passw0rd")).await;
    assert_eq!(again.json()["status"], "OK");
    let events = heard.events(&server).await;
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.kind, event.handle.clone()))
        .collect();
    let expected = [
        (Created, handle(&ana)),
        (Created, handle(&again)),
        (Revoked(RevokedBy::User), handle(&ana)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_password_reset_ends_all_sessions_of_its_user() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    let body = json!({
        "method": "token", "token": token,
        "formFields": [{"id": "password", "value": "newpass1"}],
    });
    let answer = server.post("/auth/user/password/reset").json(&body).await;
    assert_eq!(answer.json()["status"], "OK");
    let events = heard.events(&server).await;
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(events[1].kind, Revoked(RevokedBy::CredentialChange));
    let mut created = events[1].clone();
    created.kind = Created;
    assert_eq!(created, events[0], "the names are those of the session");
    assert_eq!(events[1].handle, handle(&ana));
}

#[tokio::test]
async fn a_copied_token_is_heard_of_before_the_end_of_its_session() {
    let (server, heard) = started().await;
    let first = server.ana("header").await;
    let second = refresh(&server, &first).await;
    assert_eq!(refresh(&server, &second).await.status, 200);
    server.clock.advance(31_000);
    assert_eq!(heard.kinds(&server).await, [Created, Refreshed, Refreshed]);
    assert_eq!(refresh(&server, &first).await.status, 401);
    let by_theft = Revoked(RevokedBy::Theft);
    assert_eq!(heard.kinds(&server).await, [TheftDetected, by_theft]);
    // The session is gone, so its token says nothing any more.
    assert_eq!(refresh(&server, &first).await.status, 401);
    assert_eq!(heard.kinds(&server).await, []);
}

#[tokio::test]
async fn a_session_that_expires_is_no_event() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    assert_eq!(heard.kinds(&server).await, [Created]);
    server.clock.advance(400 * 24 * 3_600_000);
    assert_eq!(refresh(&server, &ana).await.status, 401);
    assert!(server.auth.clean_up().await.expect("the store works") >= 1);
    assert_eq!(heard.kinds(&server).await, []);
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_gets_the_next_event() {
    let heard = Heard::<SessionEvent>::default();
    let faulty = heard.clone();
    let server = start(|builder| {
        builder.on_event(of_sessions(move |event: SessionEvent, _: Auth| {
            let heard = faulty.clone();
            async move {
                let kind = event.kind;
                heard.keep(event);
                assert_ne!(kind, Refreshed, "this handler does not like it");
                Err(Error::internal("this handler does not like anything"))
            }
        }))
    })
    .await;
    let ana = server.ana("header").await;
    let refreshed = refresh(&server, &ana).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(sign_out(&server, &refreshed).await.status, 200);
    let expected = [Created, Refreshed, SignedOut];
    assert_eq!(heard.kinds(&server).await, expected);
}

#[tokio::test]
async fn a_handler_that_hangs_delays_neither_requests_nor_other_handlers() {
    let heard = Heard::<SessionEvent>::default();
    let (reached, mut is_reached) = tokio::sync::mpsc::unbounded_channel();
    let server = start(|builder| {
        let other = heard.clone();
        builder
            .on_event(|_: AuthEvent, _: Auth| std::future::pending())
            .on_event(of_sessions(move |event: SessionEvent, _: Auth| {
                other.keep(event);
                let _ = reached.send(());
                std::future::ready(Ok(()))
            }))
    })
    .await;
    let ana = server.ana("header").await;
    assert_eq!(refresh(&server, &ana).await.status, 200);
    for _ in 0..2 {
        is_reached.recv().await.expect("the other handler works");
    }
    assert_eq!(heard.kept().len(), 2);
}

#[tokio::test]
async fn a_handler_acts_on_the_server_and_what_it_does_is_heard_of() {
    let heard = Heard::<SessionEvent>::default();
    let server = start(|builder| {
        heard
            .listen(builder)
            .on_event(of_sessions(|event: SessionEvent, auth: Auth| async move {
                if event.kind == TheftDetected {
                    auth.sessions().revoke_all(&event.user_id, None).await?;
                }
                Ok(())
            }))
    })
    .await;
    let first = server.ana("header").await;
    let elsewhere = server.post("/auth/signin").header("st-auth-mode", "header");
    let elsewhere = elsewhere.json(&form("ana@ex.co", "passw0rd")).await;
    let second = refresh(&server, &first).await;
    refresh(&server, &second).await;
    server.clock.advance(31_000);
    assert_eq!(refresh(&server, &first).await.status, 401);
    server.auth.events_handled().await;
    let events = heard.events(&server).await;
    let last = events.last().expect("there are some");
    let expected = (Revoked(RevokedBy::Application), handle(&elsewhere));
    assert_eq!((last.kind, last.handle.clone()), expected);
    assert_eq!(refresh(&server, &elsewhere).await.status, 401);
}

#[tokio::test]
async fn a_server_that_stops_lets_its_handlers_finish() {
    let heard = Heard::<SessionEvent>::default();
    let slow = heard.clone();
    let server = start(|builder| {
        builder.on_event(of_sessions(move |event: SessionEvent, _: Auth| {
            let heard = slow.clone();
            async move {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                heard.keep(event);
                Ok(())
            }
        }))
    })
    .await;
    server.ana("header").await;
    let preflight = server.ask(Method::GET, "/auth/signup/email/exists?email=ana@ex.co");
    assert_eq!(preflight.send().await.status, 200);
    server.auth.close().await;
    assert_eq!(heard.kept().len(), 1);
}
