//! A client of one server.

use axum::body::{Body, to_bytes};
use http::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::{Answer, LIMIT};

/// Asks a server. Its futures borrow nothing, so that each can run in a task of its own. They are `None`
/// where no whole answer arrives, and panic where that takes longer than anything may.
#[derive(Clone)]
pub struct Caller {
    origin: String,
    client: Client<HttpConnector, Body>,
}

impl Caller {
    pub(crate) fn new(origin: String) -> Self {
        Self {
            origin,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Asks.
    ///
    /// # Panics
    /// The path is none.
    pub fn ask(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: String,
    ) -> impl Future<Output = Option<Answer>> + Send + use<> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("st-auth-mode", "header");
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).expect("it is a request");
        let sent = self.client.request(request);
        async move {
            let answer = async {
                let (head, body) = sent.await.ok()?.into_parts();
                let body = to_bytes(Body::new(body), 1 << 20).await.ok()?;
                Some(Answer {
                    status: head.status,
                    headers: head.headers,
                    body: String::from_utf8_lossy(&body).into_owned(),
                })
            };
            tokio::time::timeout(LIMIT, answer)
                .await
                .expect("it is answered in time")
        }
    }

    /// Signs up or in: `path` is `signup` or `signin`.
    pub fn enter(
        &self,
        path: &str,
        email: &str,
    ) -> impl Future<Output = Option<Answer>> + Send + use<> {
        let form = json!({"formFields": [
            {"id": "email", "value": email},
            {"id": "password", "value": "passw0rd"},
        ]});
        let path = format!("/auth/{path}");
        self.ask(Method::POST, &path, None, form.to_string())
    }

    /// Refreshes with a token.
    pub fn refresh(&self, token: &str) -> impl Future<Output = Option<Answer>> + Send + use<> {
        let path = "/auth/session/refresh";
        self.ask(Method::POST, path, Some(token), String::new())
    }

    /// A protected request: `/me` needs no database, `/me/checked` asks it.
    pub fn protected(
        &self,
        path: &str,
        access: &str,
    ) -> impl Future<Output = Option<Answer>> + Send + use<> {
        self.ask(Method::GET, path, Some(access), String::new())
    }

    /// Signs out.
    pub fn sign_out(&self, access: &str) -> impl Future<Output = Option<Answer>> + Send + use<> {
        self.ask(Method::POST, "/auth/signout", Some(access), String::new())
    }
}
