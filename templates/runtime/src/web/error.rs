//! The response to an [`Error`].
//!
//! Rule: the texts are fixed, because clients compare them. A response says what the client did wrong and never
//! what failed in the server; that is logged (OWASP, Error Handling Cheat Sheet).

use axum::body::Body;
use axum::response::IntoResponse;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::answer::{JSON, TEXT};
use super::cache_control;
use super::protection::OwnAnswer;
use crate::auth::{Auth, RequestHead};
use crate::error::{CLEAR_DUPLICATE_COOKIES, DUPLICATE_COOKIES, Error, SessionError};
use crate::session::SessionConfig;

/// An error as a response; what the session extractor is refused with.
#[derive(Debug)]
pub struct ErrorResponse(Box<Response<Body>>);

impl ErrorResponse {
    pub(super) fn new(response: Response<Body>) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> axum::response::Response {
        *self.0
    }
}

/// Lets a handler return an [`Error`]; the layer then puts in the statuses of the settings.
impl IntoResponse for Error {
    fn into_response(self) -> axum::response::Response {
        response(&self, &SessionConfig::default())
    }
}

/// Gives a response that is a [`SessionError`] the status of the settings, or lets the application answer
/// in its place.
pub(super) async fn settle(response: &mut Response<Body>, auth: &Auth, head: Option<RequestHead>) {
    let Some(error) = response.extensions_mut().remove::<SessionError>() else {
        return;
    };
    let mut settled = std::mem::take(response);
    if let Some(status) = status_of(&error, auth.session_config()) {
        *settled.status_mut() = status;
    }
    *response = auth.error_handlers().answer(error, head, settled).await;
}

/// The response to an error; the two statuses of sessions are settings.
pub(super) fn response(error: &Error, config: &SessionConfig) -> Response<Body> {
    match error {
        Error::BadInput(text) => message(StatusCode::BAD_REQUEST, text),
        Error::Session(error) => {
            let mut response = session(error, config);
            // For `settle`.
            response.extensions_mut().insert(error.clone());
            // Also on a route of the application: a refusal that a cache replays to a user with a
            // session makes their client refresh without end.
            cache_control::forbid_storing(response.headers_mut());
            response
        }
        Error::ForeignOrigin => {
            let text = "This request must come from the website";
            message(StatusCode::FORBIDDEN, text)
        }
        Error::NotFound => text(StatusCode::NOT_FOUND, "Not found"),
        Error::PayloadTooLarge => message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request body is too large",
        ),
        Error::RequestTimeout => {
            let text = "The request body did not arrive in time";
            let mut response = message(StatusCode::REQUEST_TIMEOUT, text);
            // Bytes that still arrive are not the next request (RFC 9110 §15.5.9).
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            response
        }
        Error::TooManyRequests {
            retry_after_seconds,
        } => later(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests",
            *retry_after_seconds,
        ),
        Error::Unavailable {
            retry_after_seconds,
        } => {
            let text = "The server is busy, please try again later";
            later(StatusCode::SERVICE_UNAVAILABLE, text, *retry_after_seconds)
        }
        Error::General(text) => json(
            StatusCode::OK,
            &json!({"status": "GENERAL_ERROR", "message": text}),
        ),
        Error::Internal(cause) => {
            tracing::error!(error = %chain(cause.as_ref()), "a request failed");
            text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

/// The answer to a client of the Frontend Driver Interface that sends too many requests. Its libraries throw on a
/// status of 300 and above, and then show no useful message.
pub(super) fn too_many_requests(retry_after_seconds: u64) -> Response<Body> {
    let (count, unit) = match retry_after_seconds {
        0..=90 => (retry_after_seconds, "second"),
        _ => (retry_after_seconds.div_ceil(60), "minute"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let text = format!("Too many attempts. Please try again in {count} {unit}{plural}.");
    let body = json!({"status": "GENERAL_ERROR", "message": text});
    let mut response = json(StatusCode::OK, &body);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    response
}

fn session(error: &SessionError, config: &SessionConfig) -> Response<Body> {
    let status = status_of(error, config).unwrap_or(StatusCode::OK);
    match error {
        SessionError::Unauthorised { .. } => message(status, "unauthorised"),
        SessionError::TryRefreshToken => message(status, "try refresh token"),
        SessionError::TokenTheft { .. } => message(status, "token theft detected"),
        SessionError::InvalidClaims(failed) => {
            let errors: Vec<_> = failed
                .iter()
                .map(|claim| match &claim.reason {
                    Some(reason) => json!({"id": claim.id, "reason": reason}),
                    None => json!({"id": claim.id}),
                })
                .collect();
            let body = json!({"message": "invalid claim", "claimValidationErrors": errors});
            json(status, &body)
        }
        SessionError::DuplicateCookies => {
            tracing::warn!("{DUPLICATE_COOKIES}");
            message(status, DUPLICATE_COOKIES)
        }
        SessionError::ClearDuplicateCookies => message(status, CLEAR_DUPLICATE_COOKIES),
    }
}

/// The status that the settings give to an error; they were checked when the server started.
fn status_of(error: &SessionError, config: &SessionConfig) -> Option<StatusCode> {
    let code = match error {
        SessionError::Unauthorised { .. }
        | SessionError::TryRefreshToken
        | SessionError::TokenTheft { .. }
        | SessionError::DuplicateCookies => config.session_expired_status_code,
        SessionError::InvalidClaims(_) => config.invalid_claim_status_code,
        SessionError::ClearDuplicateCookies => return None,
    };
    StatusCode::from_u16(code).ok()
}

/// `{"message": …}`.
pub(super) fn message(status: StatusCode, text: &str) -> Response<Body> {
    json(status, &json!({"message": text}))
}

/// A text for people.
pub(super) fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    typed(status, TEXT, Body::from(text))
}

pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    typed(status, JSON, Body::from(value.to_string()))
}

fn later(status: StatusCode, text: &str, seconds: u64) -> Response<Body> {
    let mut response = message(status, text);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn typed(status: StatusCode, content_type: HeaderValue, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response.extensions_mut().insert(OwnAnswer);
    response
}

/// An error and its causes, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
