//! What the core asks of a recipe beyond its operations. It knows recipes by this trait alone.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

use super::Auth;
use crate::config::Config;
use crate::delivery::{DueMail, Mail, MailKind};
use crate::error::Error;
use crate::session::{ClaimSource, Validator};
use crate::store::Store;

/// A mail that is being made; `None` when there is nothing to send.
type Composing<'a> = Pin<Box<dyn Future<Output = Result<Option<Mail>, Error>> + Send + 'a>>;

/// Makes the text of a mail, and the tokens in it.
pub(crate) type Compose = for<'a> fn(&'a Auth, DueMail) -> Composing<'a>;

/// A recipe, as the core sees it. Everything has a default: a recipe says only what it takes part in.
#[async_trait]
pub(crate) trait Recipe: Send + Sync {
    /// The kinds of mail that it sends, each with what makes its text.
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        &[]
    }

    /// Refuses settings with which it cannot work, before anything is opened.
    ///
    /// # Errors
    /// Which setting, and what to do.
    fn check(&self, _: &Config) -> Result<(), String> {
        Ok(())
    }

    /// The claims that every session begins with.
    fn claims(&self, _: &Config, _: &Arc<dyn Store>) -> Vec<Arc<dyn ClaimSource>> {
        Vec::new()
    }

    /// What is demanded of every session that an operation asks for, unless the operation says otherwise.
    fn validators(&self, _: &Config, _: &Arc<dyn Store>) -> Vec<Validator> {
        Vec::new()
    }

    /// Acts on what another recipe has done.
    ///
    /// # Errors
    /// The store failed.
    async fn on_event(&self, _: &Auth, _: &Event) -> Result<(), Error> {
        Ok(())
    }
}

/// Events between recipes. A recipe announces what it has done, without knowledge of the recipes that act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// The user of a login method has shown that they read the mail of an address.
    AddressProven {
        /// The login method.
        recipe_user_id: String,
        /// The address.
        email: String,
    },
}

impl Auth {
    /// Announces what a recipe has done, after it is stored: each recipe acts on it in a step of its own.
    ///
    /// # Errors
    /// A recipe failed.
    pub(crate) async fn announce(&self, event: Event) -> Result<(), Error> {
        for recipe in self.0.recipes {
            recipe.on_event(self, &event).await?;
        }
        Ok(())
    }
}

/// The text of a mail of any recipe.
///
/// # Errors
/// No recipe sends mails of its kind (a newer version of the server may), or its recipe failed.
pub(super) async fn compose(
    recipes: &[&'static dyn Recipe],
    auth: &Auth,
    mail: DueMail,
) -> Result<Option<Mail>, Error> {
    let mut mails = recipes.iter().flat_map(|recipe| recipe.mails());
    let (_, compose) = mails
        .find(|(kind, _)| kind.name() == mail.kind)
        .ok_or_else(|| {
            let kind = &mail.kind;
            Error::internal(format!(
                "no recipe of this version sends mails of the kind `{kind}`"
            ))
        })?;
    compose(auth, mail).await
}
