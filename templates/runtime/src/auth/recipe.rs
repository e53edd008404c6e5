//! What the core asks of a recipe beyond its operations. It knows recipes by this trait alone.

use std::future::Future;
use std::pin::Pin;

use super::Auth;
use crate::delivery::{DueMail, Mail, MailKind};
use crate::error::Error;

/// A mail that is being made; `None` when there is nothing to send.
type Composing<'a> = Pin<Box<dyn Future<Output = Result<Option<Mail>, Error>> + Send + 'a>>;

/// Makes the text of a mail, and the tokens in it.
pub(crate) type Compose = for<'a> fn(&'a Auth, DueMail) -> Composing<'a>;

/// A recipe, as the core sees it. Everything has a default: a recipe says only what it takes part in.
pub(crate) trait Recipe: Send + Sync {
    /// The kinds of mail that it sends, each with what makes its text.
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        &[]
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
