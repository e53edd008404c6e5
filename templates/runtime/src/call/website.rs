//! The website of a request: where its user is, and where links that are sent to its user lead.

use super::RequestSession;
use crate::delivery::MessageContext;
use crate::session::Website;

impl RequestSession {
    /// The website that the request belongs to: its `Origin` where that is a website of the settings, else what the
    /// application's function says ([`AuthBuilder::website`](crate::auth::AuthBuilder::website)), else that of appInfo.
    /// Links in mails and redirects begin with it, and never with what a request says.
    pub fn website(&self) -> &Website {
        let websites = self.auth().websites();
        websites.of_request(self.method(), self.headers())
    }

    /// What a message has of this request: its website, and the language that its client prefers (`Accept-Language`) of those
    /// that there are texts in.
    pub fn message_context(&self) -> MessageContext {
        let language = self.auth().templates().language(self.headers());
        MessageContext {
            website: Some(self.website().clone()),
            language: Some(language.clone()),
        }
    }
}
