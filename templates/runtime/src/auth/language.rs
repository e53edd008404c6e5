//! The language in which a user reads messages.
//!
//! Rules: it is that of the request with which the user signed up, until the application sets another one; it goes before the
//! language of the request that causes a message, since another person may send that request (a new password for
//! an address can be requested by any person). Only the sender of a message reads it, so no request waits for it.

use super::Auth;
use crate::delivery::Language;
use crate::error::Error;
use crate::store::is_name;
use crate::store::users::{LanguageOfReader, LanguageOfUser, SetLanguage};

impl Auth {
    /// The language in which messages for a user are written, by the id of the user or of a login method; `None` where
    /// there is no such user, or neither the sign-up nor the application has named one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user_language(&self, user_id: &str) -> Result<Option<Language>, Error> {
        if !is_name(user_id) {
            return Ok(None);
        }
        let language = self.store().run(LanguageOfUser(user_id.to_owned())).await?;
        Ok(parsed(language.flatten()))
    }

    /// Sets the language in which messages for a user are written, such as the one that the user has chosen in your
    /// application; `None` forgets it, and messages have the language of the request that causes them. A language
    /// without texts counts as none. Whether there is such a user.
    ///
    /// ```no_run
    /// # async fn run(auth: auth_runtime::Auth, user_id: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let language = "pt-BR".parse()?;
    /// auth.set_user_language(user_id, Some(&language)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The store failed.
    pub async fn set_user_language(
        &self,
        user_id: &str,
        language: Option<&Language>,
    ) -> Result<bool, Error> {
        if !is_name(user_id) {
            return Ok(false);
        }
        let set = SetLanguage {
            id: user_id.to_owned(),
            language: language.map(ToString::to_string),
        };
        self.store().run(set).await
    }

    /// The language of a message: that of its reader where there are texts in it, else that of the request that caused it.
    pub(super) async fn language_of_message(
        &self,
        reader: LanguageOfReader,
        of_request: Option<Language>,
    ) -> Result<Option<Language>, Error> {
        let own = parsed(self.store().run(reader).await?);
        let own = own.filter(|language| self.templates().has(language));
        Ok(own.or(of_request))
    }
}

/// A value that is not a language tag comes from another program: it counts as none.
fn parsed(tag: Option<String>) -> Option<Language> {
    tag.and_then(|tag| tag.parse().ok())
}
