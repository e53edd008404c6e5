//! What an operation answers, before it is a response.
//!
//! Rule: JSON stays a value until the very end, so that the old user shape of early FDI versions can be
//! made of it (`legacy.rs`).

use std::ops::RangeInclusive;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use super::events::Events;
use crate::error::Error;

/// The content type of every JSON answer.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
/// The content type of every text answer.
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

/// The content type of bytes of which nothing is known (RFC 9110 §8.3).
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// The content type of events (HTML, Server-sent events).
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

/// Status and body of an answer; the session's headers come from the call.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    content: Content,
    /// The media type, where it is not that of the content.
    media_type: Option<&'static str>,
}

#[derive(Debug)]
enum Content {
    Json(Value),
    Text(String),
    Bytes(Bytes),
    Events(Events),
    Redirect(HeaderValue),
    Empty,
}

impl Answer {
    /// A JSON answer.
    ///
    /// # Errors
    /// [`Error::Internal`] when the value cannot be written as JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Error> {
        let value = serde_json::to_value(value).map_err(Error::internal)?;
        Ok(Self::of(status, Content::Json(value)))
    }

    /// A `text/plain` answer.
    pub fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self::of(status, Content::Text(text.into()))
    }

    /// An answer of bytes: `application/octet-stream`, unless [`typed`](Self::typed) says otherwise.
    pub fn bytes(status: StatusCode, bytes: Bytes) -> Self {
        Self::of(status, Content::Bytes(bytes))
    }

    /// A `text/event-stream` answer, which ends when the events do.
    pub fn events(status: StatusCode, events: Events) -> Self {
        Self::of(status, Content::Events(events))
    }

    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self::of(status, Content::Empty)
    }

    /// A redirect.
    ///
    /// # Errors
    /// [`Error::Internal`] when the location cannot stand in a header.
    pub fn redirect(status: StatusCode, location: &str) -> Result<Self, Error> {
        let location = HeaderValue::from_str(location).map_err(Error::internal)?;
        Ok(Self::of(status, Content::Redirect(location)))
    }

    /// The same answer in another media type: `application/problem+json`, `text/csv; charset=utf-8`.
    #[must_use]
    pub fn typed(self, media_type: &'static str) -> Self {
        Self {
            media_type: Some(media_type),
            ..self
        }
    }

    /// A status that the description has: within one of these ranges, and none of these, which have answers of
    /// their own or cannot have a body.
    ///
    /// # Errors
    /// [`Error::Internal`] for any other.
    pub fn documented(
        status: StatusCode,
        ranges: &[RangeInclusive<u16>],
        except: &[u16],
    ) -> Result<StatusCode, Error> {
        let code = status.as_u16();
        if ranges.iter().any(|range| range.contains(&code)) && !except.contains(&code) {
            return Ok(status);
        }
        Err(Error::internal(format!(
            "the description does not have the status {code} for this outcome"
        )))
    }

    fn of(status: StatusCode, content: Content) -> Self {
        Self {
            status,
            content,
            media_type: None,
        }
    }

    /// The JSON value, if it is one.
    pub(super) fn value_mut(&mut self) -> Option<&mut Value> {
        match &mut self.content {
            Content::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The body of a successful JSON answer.
    pub(super) fn json_text(&self) -> Option<String> {
        match &self.content {
            Content::Json(value) if self.status == StatusCode::OK => Some(value.to_string()),
            _ => None,
        }
    }

    /// The response.
    pub(super) fn into_response(self) -> http::Response<Body> {
        let (content_type, body) = match self.content {
            Content::Json(value) => (Some(JSON), Body::from(value.to_string())),
            Content::Text(text) => (Some(TEXT), Body::from(text)),
            Content::Bytes(bytes) => (Some(BYTES), Body::from(bytes)),
            Content::Events(events) => (Some(EVENTS), events.into_body()),
            Content::Redirect(location) => {
                let mut response = http::Response::new(Body::empty());
                response.headers_mut().insert(header::LOCATION, location);
                *response.status_mut() = self.status;
                return response;
            }
            Content::Empty => (None, Body::empty()),
        };
        let content_type = match self.media_type {
            Some(media_type) => Some(HeaderValue::from_static(media_type)),
            None => content_type,
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = self.status;
        if let Some(content_type) = content_type {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, content_type);
        }
        response
    }
}
