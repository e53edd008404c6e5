//! An application that answers in every way that its description has.

use std::net::SocketAddr;
use std::sync::Arc;

use auth_server::api::custom::ReportsOperations;
use auth_server::api::models::*;
use auth_server::testing::TestServer;
use auth_server::web::{Bytes, Event, Events, HeaderName, StatusCode};
use auth_server::{Auth, Call, Endpoints, Error, async_trait};
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::api::custom::reports::{
    ImportReportsBody, ReadOwnerParams, ReadStateParams, WatchReportsParams,
};

#[derive(Default)]
struct Reports {
    /// Told when a client of endless events has left.
    left: Arc<Notify>,
}

#[async_trait]
impl ReportsOperations for Reports {
    async fn read_state(
        &self,
        call: &mut Call,
        params: ReadStateParams,
    ) -> Result<ReadStateResponse, Error> {
        // 1404 is 404 by the variant of its class, which the description does not have.
        let number = u16::try_from(params.state % 1000).map_err(Error::internal)?;
        let status = StatusCode::from_u16(number).map_err(Error::internal)?;
        call.set_header(HeaderName::from_static("x-pages"), "7")?;
        Ok(match params.state {
            404 => ReadStateResponse::NotFound,
            503 => ReadStateResponse::ServiceUnavailable("later".to_owned()),
            200..300 => ReadStateResponse::success(status, "r1".to_owned()).with_pages(7),
            400..500 | 1404 => ReadStateResponse::client_error(status, "no".to_owned()),
            _ => ReadStateResponse::Other {
                http_status: status,
                body: vec!["odd".to_owned()],
            },
        })
    }

    async fn export_reports(&self, call: &mut Call) -> Result<ExportReportsResponse, Error> {
        Ok(match call.preferred(&["application/json", "text/csv"]) {
            "text/csv" => ExportReportsResponse::OkCsv("id\nr1\n".to_owned()),
            _ => ExportReportsResponse::Ok(vec![Report::new("r1".to_owned())]),
        })
    }

    async fn import_reports(
        &self,
        _call: &mut Call,
        body: ImportReportsBody,
    ) -> Result<ImportReportsResponse, Error> {
        let count = match body {
            ImportReportsBody::Csv(text) if text == "full" => {
                let title = "the disk is full".to_owned();
                return Ok(ImportReportsResponse::internal_server_error(title));
            }
            ImportReportsBody::Csv(text) => text.lines().count(),
            ImportReportsBody::Json(reports) => reports.len(),
        };
        let count = i64::try_from(count).map_err(Error::internal)?;
        Ok(ImportReportsResponse::Created(count))
    }

    async fn put_picture(
        &self,
        _call: &mut Call,
        body: Bytes,
    ) -> Result<PutPictureResponse, Error> {
        Ok(match body.as_ref() {
            b"empty" => PutPictureResponse::NoContent,
            _ => PutPictureResponse::Ok(body),
        })
    }

    async fn watch_reports(
        &self,
        _call: &mut Call,
        params: WatchReportsParams,
    ) -> Result<WatchReportsResponse, Error> {
        if params.from > 2 {
            return Ok(WatchReportsResponse::conflict("too late".to_owned()));
        }
        let (sender, events) = Events::channel(1);
        if params.from == 0 {
            let left = Arc::clone(&self.left);
            tokio::spawn(async move {
                sender.send(Event::default().data("first")).await;
                sender.closed().await;
                left.notify_one();
            });
            return Ok(WatchReportsResponse::Ok(events));
        }
        tokio::spawn(async move {
            for number in params.from..=2 {
                let event = Event::default().id(number.to_string());
                let text = format!("{{\"id\":\"r{number}\"}}\nsecond line");
                sender.send(event.event("made").data(text)).await;
            }
        });
        Ok(WatchReportsResponse::Ok(events))
    }

    async fn read_owner(
        &self,
        _call: &mut Call,
        params: ReadOwnerParams,
    ) -> Result<ReadOwnerResponse, Error> {
        Ok(match params.kind.as_deref() {
            Some("team") => ReadOwnerResponse::team().with_age_2("old".to_owned()),
            _ => ReadOwnerResponse::person().with_age(40),
        })
    }
}

/// A server with these methods.
pub(crate) async fn server() -> TestServer {
    TestServer::start(|auth| app(auth, Reports::default())).await
}

/// The same on a socket: its address, and what is told when a client of endless events has left.
pub(crate) async fn on_a_socket() -> (SocketAddr, Arc<Notify>) {
    let reports = Reports::default();
    let left = Arc::clone(&reports.left);
    let (sender, served) = oneshot::channel();
    let server = TestServer::start(|auth| {
        let app = app(auth, reports);
        sender.send(app.clone()).expect("it is waited for");
        app
    });
    let _server = server.await;
    let app = served.await.expect("the server has started");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(auth_server::serve(listener, app, std::future::pending()));
    (address, left)
}

fn app(auth: Auth, reports: Reports) -> Router {
    auth_server::router(auth, Endpoints::new().reports(reports))
}
