//! Conditional requests (RFC 9110 §13): an answer that caches may keep has an `ETag`, and a client that
//! has it already is answered 304 without a body.
//!
//! Rule: only answers that may be stored have a tag, so no tag can identify a visitor.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::answer::Answer;
use crate::crypto::token;

/// How many characters of the hash a tag has: 128 bits.
const TAG_LENGTH: usize = 32;

/// The response to a request for something that caches may keep.
pub(super) fn response(answer: Answer, request: &HeaderMap) -> Response<Body> {
    let Some(text) = answer.json_text() else {
        return answer.into_response();
    };
    let hash = token::sha256_hex(&text);
    let tag = format!("W/\"{}\"", &hash[..TAG_LENGTH]);
    let mut response = if is_known(request, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        answer.into_response()
    };
    // Quotes and hexadecimal digits always make a header value.
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether `If-None-Match` names the tag. Compared weakly (RFC 9110 §13.1.2).
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let lines = request.get_all(header::IF_NONE_MATCH).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(',').map(str::trim))
        .any(|known| known == "*" || opaque(known) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_weakly_among_several() {
        let known = |line: &str| {
            let mut request = HeaderMap::new();
            request.insert(header::IF_NONE_MATCH, line.parse().expect("a header value"));
            is_known(&request, "W/\"ab\"")
        };
        for line in ["W/\"ab\"", "\"ab\"", "\"x\", W/\"ab\"", "*"] {
            assert!(known(line), "{line}");
        }
        for line in ["", "ab", "\"a\"", "w/\"ab\"", "\"x\""] {
            assert!(!known(line), "{line}");
        }
        assert!(!is_known(&HeaderMap::new(), "W/\"ab\""));
    }
}
