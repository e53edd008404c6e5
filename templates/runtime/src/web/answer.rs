//! What an operation answers, before it is a response.
//!
//! Rule: JSON stays a value until the very end, so that the old user shape of early FDI versions can be
//! made of it (`legacy.rs`).

use axum::body::Body;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;

/// The content type of every JSON answer.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
/// The content type of every text answer.
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

/// Status and body of an answer; the session's headers come from the call.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Json(Value),
    Text(String),
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
        Ok(Self {
            status,
            content: Content::Json(value),
        })
    }

    /// A `text/plain` answer.
    pub fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            content: Content::Text(text.into()),
        }
    }

    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            content: Content::Empty,
        }
    }

    /// A redirect.
    ///
    /// # Errors
    /// [`Error::Internal`] when the location cannot stand in a header.
    pub fn redirect(status: StatusCode, location: &str) -> Result<Self, Error> {
        let location = HeaderValue::from_str(location).map_err(Error::internal)?;
        Ok(Self {
            status,
            content: Content::Redirect(location),
        })
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
            Content::Redirect(location) => {
                let mut response = http::Response::new(Body::empty());
                response.headers_mut().insert(header::LOCATION, location);
                *response.status_mut() = self.status;
                return response;
            }
            Content::Empty => (None, Body::empty()),
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
