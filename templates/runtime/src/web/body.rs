//! The body of a request: bounded in bytes and in time.
//!
//! Rules: no more than the configured number of bytes is read, counted while reading and not only by
//! `Content-Length`; and the whole body has a time limit, so that a client that sends a byte now and then
//! occupies no memory for long. [`Call`](crate::call::Call) parses the bytes.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, StatusCode};

use crate::config::Config;
use crate::error::Error;

/// Reads the body of a request whose method has one.
///
/// # Errors
/// [`Error::PayloadTooLarge`], [`Error::RequestTimeout`], or [`Error::BadInput`] when the body breaks off.
pub(super) async fn read(head: &Parts, content: Body, config: &Config) -> Result<Bytes, Error> {
    if matches!(head.method, Method::GET | Method::HEAD) {
        return Ok(Bytes::new());
    }
    let mut request = Request::new(content);
    DefaultBodyLimit::max(config.body_limit).apply(&mut request);
    let read = Bytes::from_request(request, &());
    tokio::time::timeout(config.body_timeout, read)
        .await
        .map_err(|_| Error::RequestTimeout)?
        .map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Error::PayloadTooLarge
            } else {
                Error::bad_input("The request body could not be read")
            }
        })
}
