//! The mail of the recipe. Its texts stand in the folder `messages`.

use super::new_token;
use crate::auth::{Auth, Compose};
use crate::delivery::{Content, DueMail, LINK_SAMPLES, MailKind, texts};
use crate::error::Error;

/// A link that proves the address.
pub const LINK: MailKind = MailKind::new(
    "email-verification",
    texts!("messages/email-verification"),
    LINK_SAMPLES,
);

/// All of them.
pub(super) static ALL: &[(MailKind, Compose)] =
    &[(LINK, |auth, due| Box::pin(compose_link(auth, due)))];

/// The mail with a link; nothing if the login method does not exist any more, has another address now, or has
/// verified it.
async fn compose_link(auth: &Auth, due: &DueMail) -> Result<Option<Content>, Error> {
    let Some(recipe_user_id) = &due.subject else {
        return Err(Error::internal("a mail for verification names no user"));
    };
    let user = auth.store().user(recipe_user_id).await?;
    let method = user.and_then(|user| user.login_method(recipe_user_id).cloned());
    let is_wanted = method
        .is_some_and(|method| !method.verified && method.email.as_deref() == Some(due.to.as_str()));
    if !is_wanted {
        return Ok(None);
    }
    let token = new_token(auth, recipe_user_id, &due.tenant_id, &due.to).await?;
    let (website, tenant) = (&due.website, &due.tenant_id);
    let link = format!("{website}/verify-email?token={token}&tenantId={tenant}");
    Ok(Some(Content::of_link(link)))
}
