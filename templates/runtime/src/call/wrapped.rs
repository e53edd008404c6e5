//! What code of the application around a built-in operation does with its request.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::Call;
use crate::error::Error;

impl Call {
    /// The value of a form field (`formFields`) of the body, as the client sends it: nothing has judged it. Of two fields
    /// of one name the first one counts.
    ///
    /// # Errors
    /// As [`Call::json`].
    pub fn form_field(&self, id: &str) -> Result<Option<Value>, Error> {
        let body = self.json()?;
        let mut fields = body["formFields"].as_array().into_iter().flatten();
        let field = fields.find(|field| field["id"] == id);
        Ok(field.and_then(|field| field.get("value")).cloned())
    }

    /// Replaces the body: what reads it afterwards, such as the behaviour of a built-in operation, sees this JSON.
    pub fn replace_json(&mut self, body: &Value) {
        self.body = Bytes::from(body.to_string());
        let headers = self.session.headers_mut();
        headers.remove(CONTENT_ENCODING);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }

    /// Ends the sessions that this request has begun: the answer does not carry their tokens, and no other change of
    /// cookies or headers that it has collected.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn end_begun_sessions(&self) -> Result<(), Error> {
        let begun = self.session.take_begun();
        if !begun.is_empty() {
            drop(self.take_effects());
            self.auth().sessions().revoke_many(&begun).await?;
        }
        Ok(())
    }
}
