//! Linking by the application: what its own code decides, for instance on a page where a user adds a way to sign in.

use crate::auth::Auth;
use crate::error::Error;
use crate::session::RevokedBy;
use crate::shapes::User;
use crate::store::names;
use crate::store::users::primary::{
    Link, LinkOutcome, MakePrimary, PrimaryOutcome, Unlink, UnlinkOutcome,
};

/// Primary users and their login methods. The ids of the login methods of a user stand in [`User::login_methods`].
///
/// The application decides alone: what is linked here need not be proven, and a person who signs in with one of the login
/// methods is the user of all of them. Link only what the user has proven to own in this session, such as a login
/// method with which they have just signed in.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth) -> Result<(), auth_runtime::Error> {
/// use auth_runtime::recipes::account_linking::{Linked, MadePrimary};
///
/// let accounts = auth.accounts();
/// if let MadePrimary::Done { user } = accounts.make_primary("a login method").await? {
///     match accounts.link("another login method", &user.id).await? {
///         Linked::Done { user } => println!("{} login methods", user.login_methods.len()),
///         Linked::TakenBy { primary_user_id } => println!("its address belongs to {primary_user_id}"),
///         other => println!("{other:?}"),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    auth: &'a Auth,
}

/// Outcome of [`Accounts::make_primary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadePrimary {
    /// The user is primary, now or as before.
    Done {
        /// The user.
        user: User,
    },
    /// There is no such login method.
    NotFound,
    /// It is linked to a primary user.
    LinkedTo {
        /// This one.
        primary_user_id: String,
    },
    /// Its address, phone number or account belongs to another primary user of the tenant.
    TakenBy {
        /// This one.
        primary_user_id: String,
    },
}

/// Outcome of [`Accounts::link`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// It is linked, now or as before.
    Done {
        /// The primary user.
        user: User,
    },
    /// There is no such login method.
    NotFound,
    /// The user to whom it was to be linked is not primary, or there is no such user.
    NotPrimary,
    /// The login method is linked to another primary user, or is one itself.
    LinkedTo {
        /// This one.
        primary_user_id: String,
    },
    /// Its address, phone number or account belongs to another primary user of the tenant.
    TakenBy {
        /// This one.
        primary_user_id: String,
    },
    /// The two sign in in different tenants.
    NoCommonTenant,
}

/// Outcome of [`Accounts::unlink`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinked {
    /// The login method is a user of its own, who is not primary.
    Done,
    /// The login method has the id of the primary user, who has others, and so it was deleted.
    Deleted,
    /// It was linked to no primary user.
    NotLinked,
    /// There is no such login method.
    NotFound,
}

impl Auth {
    /// Primary users and their login methods.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts { auth: self }
    }
}

impl Accounts<'_> {
    /// Makes the user of a login method primary, so that others can be linked.
    ///
    /// # Errors
    /// The store failed.
    pub async fn make_primary(&self, recipe_user_id: &str) -> Result<MadePrimary, Error> {
        if !names::is_name(recipe_user_id) {
            return Ok(MadePrimary::NotFound);
        }
        let make = MakePrimary {
            recipe_user_id: recipe_user_id.to_owned(),
        };
        Ok(match self.auth.store().run(make).await? {
            PrimaryOutcome::Done | PrimaryOutcome::Already => {
                let user = self.auth.store().user(recipe_user_id).await?;
                user.map_or(MadePrimary::NotFound, |user| MadePrimary::Done { user })
            }
            PrimaryOutcome::NotFound => MadePrimary::NotFound,
            PrimaryOutcome::OfAnother(primary_user_id) => MadePrimary::LinkedTo { primary_user_id },
            PrimaryOutcome::Taken(primary_user_id) => MadePrimary::TakenBy { primary_user_id },
        })
    }

    /// Links a login method to a primary user, by the id of that user. Its sessions end; from then on it signs in as the
    /// primary user, and the id of the user that it was names the primary user, too.
    ///
    /// # Errors
    /// The store failed.
    pub async fn link(&self, recipe_user_id: &str, primary_user_id: &str) -> Result<Linked, Error> {
        if !names::is_name(recipe_user_id) {
            return Ok(Linked::NotFound);
        }
        if !names::is_name(primary_user_id) {
            return Ok(Linked::NotPrimary);
        }
        let link = Link {
            recipe_user_id: recipe_user_id.to_owned(),
            primary_user_id: primary_user_id.to_owned(),
            is_proven_only: false,
        };
        match self.auth.store().run(link).await? {
            LinkOutcome::Done(ended) => {
                self.auth
                    .announce_link(ended, recipe_user_id, primary_user_id);
            }
            LinkOutcome::Already => {}
            LinkOutcome::NotFound => return Ok(Linked::NotFound),
            LinkOutcome::NotPrimary => return Ok(Linked::NotPrimary),
            LinkOutcome::OfAnother(primary_user_id) => {
                return Ok(Linked::LinkedTo { primary_user_id });
            }
            LinkOutcome::Taken(primary_user_id) => return Ok(Linked::TakenBy { primary_user_id }),
            LinkOutcome::NoCommonTenant => return Ok(Linked::NoCommonTenant),
            LinkOutcome::NotProven => {
                return Err(Error::internal("what need not be proven is not"));
            }
        }
        let user = self.auth.store().user(primary_user_id).await?;
        Ok(user.map_or(Linked::NotPrimary, |user| Linked::Done { user }))
    }

    /// Takes a login method away from its primary user; its sessions end. A primary user with one login method is
    /// primary no more. Where login methods are linked by themselves, the next sign-in links it again, unless
    /// [`AuthBuilder::should_link_accounts`](crate::auth::AuthBuilder::should_link_accounts) says no.
    ///
    /// # Errors
    /// The store failed.
    pub async fn unlink(&self, recipe_user_id: &str) -> Result<Unlinked, Error> {
        if !names::is_name(recipe_user_id) {
            return Ok(Unlinked::NotFound);
        }
        let unlink = Unlink {
            recipe_user_id: recipe_user_id.to_owned(),
        };
        let (unlinked, ended) = match self.auth.store().run(unlink).await? {
            UnlinkOutcome::Done(ended) => (Unlinked::Done, ended),
            UnlinkOutcome::Deleted(ended) => (Unlinked::Deleted, ended),
            UnlinkOutcome::NotLinked => (Unlinked::NotLinked, Vec::new()),
            UnlinkOutcome::NotFound => (Unlinked::NotFound, Vec::new()),
        };
        let by = RevokedBy::CredentialChange;
        self.auth.sessions().ended(ended, by);
        Ok(unlinked)
    }
}
