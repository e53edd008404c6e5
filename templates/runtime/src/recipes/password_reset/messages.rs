//! The mails of the recipe. Their texts stand in the folder `messages`.

use super::{is_at_risk, new_token};
use crate::auth::{Auth, Compose};
use crate::delivery::{Content, DueMail, LINK_SAMPLES, MailKind, texts};
use crate::error::Error;
use crate::recipes::email_password::login_method;
use crate::tenant::PUBLIC_TENANT;

/// A link for a new password.
pub const LINK: MailKind = MailKind::new(
    "password-reset",
    texts!("messages/password-reset"),
    LINK_SAMPLES,
);

/// The password was changed.
pub const NOTICE: MailKind = MailKind::new(
    "password-changed",
    texts!("messages/password-changed"),
    LINK_SAMPLES,
);

/// All of them.
pub(super) static ALL: &[(MailKind, Compose)] = &[
    (LINK, |auth, due| Box::pin(compose_link(auth, due))),
    (NOTICE, |_, due| {
        Box::pin(async move { Ok(Some(compose_notice(due))) })
    }),
];

/// The mail with a link; nothing for an unknown address.
async fn compose_link(auth: &Auth, due: &DueMail) -> Result<Option<Content>, Error> {
    let store = auth.store();
    let Some((user, _)) = store.email_password_user(&due.tenant_id, &due.to).await? else {
        return Ok(None);
    };
    let recipe_user_id = &login_method(&user, &due.to)?.recipe_user_id;
    if is_at_risk(auth, &due.tenant_id, &due.to).await? {
        return Ok(None);
    }
    // The user may have been deleted since.
    let Some(token) = new_token(auth, recipe_user_id, &due.tenant_id, &due.to).await? else {
        return Ok(None);
    };
    let (website, tenant) = (&due.website, &due.tenant_id);
    let link = format!("{website}/reset-password?token={token}&tenantId={tenant}");
    Ok(Some(Content::of_link(link)))
}

/// The notification of a changed password. There is no token in its link.
fn compose_notice(due: &DueMail) -> Content {
    let tenant = match due.tenant_id.as_str() {
        PUBLIC_TENANT => String::new(),
        tenant => format!("?tenantId={tenant}"),
    };
    Content::of_link(format!("{}/reset-password{tenant}", due.website))
}
