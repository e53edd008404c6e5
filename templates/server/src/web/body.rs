//! The body of a request: bounded, and never compressed.
//!
//! Rules: no more than the configured number of bytes is read, counted while reading and not only by
//! `Content-Length`; a compressed body is refused, for a few kilobytes of it can hide gigabytes.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, StatusCode, header};

use crate::error::Error;

/// Reads the body of a request whose method has one.
///
/// # Errors
/// [`Error::PayloadTooLarge`], or [`Error::BadInput`] when the body is compressed or breaks off.
pub(super) async fn read(head: &Parts, content: Body, limit: usize) -> Result<Bytes, Error> {
    if matches!(head.method, Method::GET | Method::HEAD) {
        return Ok(Bytes::new());
    }
    let encoding = head.headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Error::bad_input(
            "Please send the request body without Content-Encoding",
        ));
    }
    let mut request = Request::new(content);
    DefaultBodyLimit::max(limit).apply(&mut request);
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| {
            if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Error::PayloadTooLarge
            } else {
                Error::bad_input("The request body could not be read")
            }
        })
}
