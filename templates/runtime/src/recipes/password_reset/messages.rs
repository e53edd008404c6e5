//! The mails of the recipe.

use super::{is_at_risk, new_token};
use crate::auth::{Auth, Compose};
use crate::delivery::{DueMail, Mail, MailKind};
use crate::error::Error;
use crate::recipes::email_password::login_method;
use crate::tenant::PUBLIC_TENANT;

/// A link for a new password.
pub const LINK: MailKind = MailKind::new("password-reset");

/// The password was changed.
pub const NOTICE: MailKind = MailKind::new("password-changed");

/// All of them.
pub(super) static ALL: &[(MailKind, Compose)] = &[
    (LINK, |auth, due| Box::pin(compose_link(auth, due))),
    (NOTICE, |auth, due| {
        Box::pin(async move { Ok(Some(compose_notice(auth, due))) })
    }),
];

/// The mail with a link; nothing for an unknown address.
async fn compose_link(auth: &Auth, due: DueMail) -> Result<Option<Mail>, Error> {
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
    let app_info = auth.app_info();
    let website = &due.website;
    let (name, tenant) = (&app_info.app_name, &due.tenant_id);
    Ok(Some(Mail {
        to: due.to,
        subject: "Password reset instructions".to_owned(),
        text: format!(
            "A new password for your account at {name} was requested.\n\n\
             This link leads to the page where you choose it. It works for one hour:\n\n\
             {website}/reset-password?token={token}&tenantId={tenant}\n\n\
             If it was not you, ignore this mail: your password stays as it is.\n"
        ),
    }))
}

/// The notification of a changed password. There is no token in it.
fn compose_notice(auth: &Auth, due: DueMail) -> Mail {
    let app_info = auth.app_info();
    let website = &due.website;
    let name = &app_info.app_name;
    let tenant = match due.tenant_id.as_str() {
        PUBLIC_TENANT => String::new(),
        tenant => format!("?tenantId={tenant}"),
    };
    Mail {
        to: due.to,
        subject: "Your password was changed".to_owned(),
        text: format!(
            "The password of your account at {name} was changed with a link from a mail to this \
             address. All devices are signed out.\n\n\
             If it was you, there is nothing to do: sign in with the new password.\n\n\
             If it was not you, another person can read your mail. Change the password of your mailbox \
             first, then ask for a new one here:\n\n\
             {website}/reset-password{tenant}\n"
        ),
    }
}
