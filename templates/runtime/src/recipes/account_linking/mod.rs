//! Linking: several login methods become those of one user.
//!
//! Rules:
//! - nothing is linked unless `AUTH_ACCOUNT_LINKING` says so, and nothing ever by itself that both sides have not proven in
//!   one tenant, whatever the application's own function says (`hook`): an address that is only entered belongs to anyone
//!   (OWASP ASVS 5.0, 6.8.1; GHSA-g38m-r43w-p2q7, GHSA-9wqv-qhrh-87f4);
//! - a person who signs up with an address of another person, before or after its owner, does not get into the account of
//!   the owner: sign-ups and sign-ins with an address that is not proven are refused where another user has it
//!   (`decision`), and a link of a mail adds no login method to a user unless it is opened by the one who signed up
//!   with it;
//! - beside a session a login method is added to its user where the client asks for it, and both have proven their
//!   addresses. The request shows the session and the secret of the login method, and no page of another origin can send it
//!   (`Call::linking`);
//! - the transaction that links checks what is proven again, and ends the sessions of the login method. An address has
//!   one primary user in a tenant, in two transactions at once too (`store::users::primary`);
//! - an application links what it wants by [`Accounts`], also without that setting.

mod accounts;
mod decision;
mod hook;
mod settings;
mod sql;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

use async_trait::async_trait;
use http::Extensions;

pub use self::accounts::{Accounts, Linked, MadePrimary, Unlinked};
use self::decision::{Beside, Other, Step};
use self::hook::Hook;
pub use self::hook::{LinkRequest, ShouldLinkAccounts};
pub use self::settings::Linking;
use self::sql::MarkProven;
use crate::auth::{
    AccountInfo, Auth, Event, Joining, Linker, NewAddress, Recipe, SessionUser, SigningIn, guarded,
};
use crate::config::Config;
use crate::error::Error;
use crate::session::Session;
use crate::shapes::{LoginMethod, User};
use crate::store::users::UsersWith;
use crate::store::users::primary::{Link, LinkOutcome, MakePrimary};

/// How many steps a login method takes at most: one makes another user primary, one links, and each may be overtaken
/// by another request.
const STEPS: usize = 8;

/// The recipe.
pub(crate) struct AccountLinking;

#[async_trait]
impl Recipe for AccountLinking {
    fn open(&self, config: &Config, parts: &mut Extensions) -> Result<(), String> {
        if parts.get::<Hook>().is_some() && Linking::of(config) == Linking::Off {
            return Err(settings::unused_hook());
        }
        Ok(())
    }

    fn linker(&self, config: &Config) -> Option<&dyn Linker> {
        match Linking::of(config) {
            Linking::Off => None,
            Linking::Verified => Some(self),
        }
    }

    async fn on_event(&self, auth: &Auth, event: &Event) -> Result<(), Error> {
        let Event::AddressProven {
            recipe_user_id,
            email,
        } = event;
        // Where another recipe stores what is proven, it is stored once.
        if Linking::of(auth.config()) == Linking::Off || auth.address_claim().is_some() {
            return Ok(());
        }
        let mark = MarkProven {
            recipe_user_id: recipe_user_id.clone(),
            email: email.clone(),
        };
        auth.store().run(mark).await
    }
}

#[async_trait]
impl Linker for AccountLinking {
    async fn may_enter(
        &self,
        auth: &Auth,
        tenant_id: &str,
        signing: &SigningIn<'_>,
        beside: Option<&SessionUser>,
    ) -> Result<bool, Error> {
        let of_session = beside.map(|beside| &beside.user);
        let Some((user, method)) = signing.known else {
            let others = others(auth, tenant_id, signing.shows, None, beside).await?;
            return Ok(decision::may_sign_up(signing.shows, &others, of_session));
        };
        let proves = signing.shows.verified;
        // The database is asked only where the others matter.
        if decision::is_proven(user, method, proves) {
            return Ok(true);
        }
        let others = others(auth, tenant_id, &method.into(), Some(&user.id), beside).await?;
        Ok(decision::may_sign_in(
            user, method, proves, &others, of_session,
        ))
    }

    async fn may_join(
        &self,
        auth: &Auth,
        beside: &SessionUser,
        signing: &SigningIn<'_>,
    ) -> Result<Joining, Error> {
        let SessionUser {
            session,
            user,
            method,
        } = beside;
        let tenant_id = &session.tenant_id;
        let account = AccountInfo::from(method);
        let (mut may_begin, mut is_taken) = (true, false);
        if !user.is_primary_user {
            may_begin = may_link(auth, tenant_id, &account, None, Some(session)).await?;
            for tenant_id in &method.tenant_ids {
                let others = users_with(auth, tenant_id, &account, Some(&user.id)).await?;
                is_taken |= others.iter().any(|other| other.is_primary_user);
            }
        }
        let may_link = may_link(auth, tenant_id, signing.shows, Some(user), Some(session)).await?;
        let owner = signing.known.map(|(owner, _)| owner.id.as_str());
        let others = users_with(auth, tenant_id, signing.shows, owner).await?;
        let beside = Beside {
            user,
            method,
            may_begin,
            is_taken,
            may_link,
        };
        Ok(decision::may_join(&beside, signing, &others))
    }

    async fn may_change(
        &self,
        auth: &Auth,
        user: &User,
        method: &LoginMethod,
        new: &AccountInfo,
        beside: Option<&SessionUser>,
    ) -> Result<NewAddress, Error> {
        let tenants = if user.is_primary_user {
            &user.tenant_ids
        } else {
            &method.tenant_ids
        };
        for tenant_id in tenants {
            let others = others(auth, tenant_id, new, Some(&user.id), beside).await?;
            let decided = decision::may_change(user, method, new, &others);
            if decided != NewAddress::Allowed {
                return Ok(decided);
            }
        }
        Ok(NewAddress::Allowed)
    }

    async fn may_prove_without_session(
        &self,
        auth: &Auth,
        recipe_user_id: &str,
    ) -> Result<bool, Error> {
        let Some((user, method)) = find(auth, recipe_user_id).await? else {
            return Ok(true);
        };
        let account = AccountInfo::from(&method);
        for tenant_id in &method.tenant_ids {
            let others = others(auth, tenant_id, &account, Some(&user.id), None).await?;
            if !decision::may_prove_without_session(&user, &account, &others) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn link(&self, auth: &Auth, recipe_user_id: &str) -> Result<Option<User>, Error> {
        for _ in 0..STEPS {
            let Some((user, method)) = find(auth, recipe_user_id).await? else {
                return Ok(None);
            };
            match next(auth, &user, &method).await? {
                Step::Stay => return Ok(Some(user)),
                Step::MakePrimary(recipe_user_id) => {
                    // Whatever comes out of it, the next step looks again.
                    auth.store().run(MakePrimary { recipe_user_id }).await?;
                }
                Step::LinkTo(primary_user_id) => {
                    let link = Link {
                        recipe_user_id: method.recipe_user_id,
                        primary_user_id: primary_user_id.clone(),
                        is_proven_only: true,
                    };
                    if let LinkOutcome::Done(ended) = auth.store().run(link).await? {
                        auth.announce_link(ended, recipe_user_id, &primary_user_id);
                    }
                }
            }
        }
        // Others are faster again and again: the next sign-in tries again.
        let found = find(auth, recipe_user_id).await?;
        Ok(found.map(|(user, _)| user))
    }
}

/// What happens next to a login method; the first of its tenants in which something does.
async fn next(auth: &Auth, user: &User, method: &LoginMethod) -> Result<Step, Error> {
    if user.is_primary_user || !method.verified {
        return Ok(Step::Stay);
    }
    let account = AccountInfo::from(method);
    let mut step = Step::Stay;
    for tenant_id in &method.tenant_ids {
        let others = others(auth, tenant_id, &account, Some(&user.id), None).await?;
        let may_begin = may_link(auth, tenant_id, &account, None, None).await?;
        let in_tenant = decision::next(user, method, &others, may_begin);
        // To be linked to a user of one tenant goes before being a primary user of one's own.
        let begins = in_tenant == Step::MakePrimary(user.id.clone());
        if in_tenant != Step::Stay && !begins {
            return Ok(in_tenant);
        }
        if begins {
            step = in_tenant;
        }
    }
    Ok(step)
}

/// The user and the login method of an id.
async fn find(auth: &Auth, recipe_user_id: &str) -> Result<Option<(User, LoginMethod)>, Error> {
    let Some(user) = auth.store().user(recipe_user_id).await? else {
        return Ok(None);
    };
    let method = user.login_method(recipe_user_id).cloned();
    Ok(method.map(|method| (user, method)))
}

/// The other users of a tenant with the address or number of an account, and whether each may be linked with it.
async fn others(
    auth: &Auth,
    tenant_id: &str,
    account: &AccountInfo,
    except: Option<&str>,
    beside: Option<&SessionUser>,
) -> Result<Vec<Other>, Error> {
    let session = beside.map(|beside| &beside.session);
    let mut others = Vec::new();
    for user in users_with(auth, tenant_id, account, except).await? {
        let may_link = may_link(auth, tenant_id, account, Some(&user), session).await?;
        others.push(Other { user, may_link });
    }
    Ok(others)
}

/// The users of a tenant with the address or number of an account, except one.
async fn users_with(
    auth: &Auth,
    tenant_id: &str,
    account: &AccountInfo,
    except: Option<&str>,
) -> Result<Vec<User>, Error> {
    let users = UsersWith {
        tenant_id: tenant_id.to_owned(),
        email: account.email.clone(),
        phone_number: account.phone_number.clone(),
    };
    let mut users = auth.store().run(users).await?;
    users.retain(|user| except != Some(&user.id));
    Ok(users)
}

/// What the application says; `true` where it says nothing.
async fn may_link(
    auth: &Auth,
    tenant_id: &str,
    account: &AccountInfo,
    user: Option<&User>,
    session: Option<&Session>,
) -> Result<bool, Error> {
    let Some(hook) = hook_of(auth) else {
        return Ok(true);
    };
    let request = LinkRequest {
        account: account.clone(),
        user: user.cloned(),
        tenant_id: tenant_id.to_owned(),
        session: session.cloned(),
    };
    guarded("`should_link_accounts`", hook.should_link(request)).await
}

fn hook_of(auth: &Auth) -> Option<&Hook> {
    auth.part_given::<Hook>()
}
