//! The body of a request, by the rules of the protocol: an empty one is `{}`, and the content type is not checked.

use std::borrow::Cow;

use bytes::Bytes;
use http::header;
use serde_json::{Map, Value};

use super::{Call, content};
use crate::error::Error;

const INVALID_JSON: &str =
    "API input error: Please make sure to pass a valid JSON input in the request body";
const INVALID_FORM: &str =
    "API input error: Please make sure to pass valid url encoded form in the request body";

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Call {
    /// The body as JSON; `{}` when it is empty.
    ///
    /// # Errors
    /// [`Error::BadInput`] when it is not JSON, or in a charset other than a UTF.
    pub fn json(&self) -> Result<Value, Error> {
        if !self.is_utf() {
            return Err(Error::bad_input(INVALID_JSON));
        }
        let body = self.unpacked(INVALID_JSON)?;
        // RFC 8259 §8.1: a parser may ignore a byte order mark.
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&body);
        if body.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        serde_json::from_slice(body).map_err(|_| Error::bad_input(INVALID_JSON))
    }

    /// The same, which is read once.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub(crate) fn body(&self) -> Result<&Value, Error> {
        if let Some(read) = self.json.get() {
            return Ok(read);
        }
        let read = self.json()?;
        Ok(self.json.get_or_init(|| read))
    }

    /// The body as a form (`application/x-www-form-urlencoded`), in its order.
    ///
    /// # Errors
    /// [`Error::BadInput`] when it is not text.
    pub fn form(&self) -> Result<Vec<(String, String)>, Error> {
        let body = self.unpacked(INVALID_FORM)?;
        if !self.is_utf() || std::str::from_utf8(&body).is_err() {
            return Err(Error::bad_input(INVALID_FORM));
        }
        Ok(url::form_urlencoded::parse(&body).into_owned().collect())
    }

    /// The bytes of the body, unpacked.
    ///
    /// # Errors
    /// [`Error::BadInput`] when they cannot be unpacked; [`Error::PayloadTooLarge`].
    pub fn bytes(&self) -> Result<Bytes, Error> {
        Ok(
            match self.unpacked("The request body could not be unpacked")? {
                Cow::Borrowed(_) => self.body.clone(),
                Cow::Owned(bytes) => bytes.into(),
            },
        )
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Error::BadInput`] when it is not UTF-8, or in a charset other than a UTF; as [`bytes`](Self::bytes).
    pub fn text(&self) -> Result<String, Error> {
        let refused = || Error::bad_input("The request body must be text in UTF-8");
        if !self.is_utf() {
            return Err(refused());
        }
        String::from_utf8(self.bytes()?.into()).map_err(|_| refused())
    }

    /// The body, unpacked; `invalid` says that it cannot be.
    fn unpacked(&self, invalid: &str) -> Result<Cow<'_, [u8]>, Error> {
        let limit = self.auth().config().body_limit;
        content::unpacked(self.headers(), &self.body, limit, invalid)
    }

    /// Whether the content type names no charset or one of the UTFs.
    fn is_utf(&self) -> bool {
        let content_type = self
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok());
        let charset = content_type
            .unwrap_or_default()
            .split(';')
            .skip(1)
            .find_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("charset")
                    .then(|| value.trim().trim_matches('"'))
            });
        charset.is_none_or(|charset| charset.to_ascii_lowercase().starts_with("utf-"))
    }
}
