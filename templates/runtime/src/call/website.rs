//! The website of a request: where its user is, and where links that are sent to its user lead; and its language.

use super::RequestSession;
use crate::delivery::{Language, MessageContext};
use crate::session::Website;

impl RequestSession {
    /// The website that the request belongs to: its `Origin` where that is a website of the settings, else what the
    /// application's function says ([`AuthBuilder::website`](crate::auth::AuthBuilder::website)), else that of appInfo.
    /// Links in mails and redirects begin with it, and never with what a request says.
    pub fn website(&self) -> &Website {
        let websites = self.auth().websites();
        websites.of_request(self.method(), self.headers())
    }

    /// What a message has of this request: its website, and its language.
    pub fn message_context(&self) -> MessageContext {
        MessageContext {
            website: Some(self.website().clone()),
            language: self.language().cloned(),
        }
    }

    /// The language that the client of this request prefers (`Accept-Language`) of those in which the server has texts of
    /// messages; `None` where it prefers none of them.
    pub fn language(&self) -> Option<&Language> {
        self.auth().templates().language(self.headers())
    }
}
