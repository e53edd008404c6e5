//! What the core asks of a recipe beyond its operations. It knows recipes by this trait alone.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use http::Extensions;

use super::{Auth, Linker};
use crate::config::Config;
use crate::delivery::{Content, DueMail, DueSms, MailKind, SmsKind};
use crate::error::Error;
use crate::session::{Claim, ClaimSource, Validator};
use crate::shapes::OfferedProvider;
use crate::store::Store;
use crate::tenant::{PUBLIC_TENANT, Tenant};

/// A message that is being made; `None` when there is nothing to send.
type Composing<'a> = Pin<Box<dyn Future<Output = Result<Option<Content>, Error>> + Send + 'a>>;

/// Makes what a mail says, tokens included.
pub(crate) type Compose = for<'a> fn(&'a Auth, &'a DueMail) -> Composing<'a>;

/// The same for a text message.
pub(crate) type ComposeSms = for<'a> fn(&'a Auth, &'a DueSms) -> Composing<'a>;

/// Where messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contacts {
    /// To mail addresses.
    pub(crate) mail: bool,
    /// To phone numbers.
    pub(crate) phone: bool,
}

/// The first factors of a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Factors {
    /// The id of its operations on the wire (`rid`): without one that begins sessions, it offers none.
    pub(crate) recipe: &'static str,
    /// The ids of all that it can offer.
    pub(crate) known: &'static [&'static str],
    /// Of those that it offers with the settings, in the order in which clients see them.
    pub(crate) offered: Vec<&'static str>,
}

/// Where the tenants of a server are looked up.
#[async_trait]
pub(crate) trait Directory: Send + Sync {
    /// The tenant of this id (in lower case), as it is now; `None` if there is none.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, auth: &Auth, id: &str) -> Result<Option<Tenant>, Error>;
}

/// A recipe, as the core sees it. Everything has a default: a recipe says only what it takes part in.
#[async_trait]
pub(crate) trait Recipe: Send + Sync {
    /// The kinds of mail that it sends, each with what makes its content.
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        &[]
    }

    /// The kind of its identifiers that are mail addresses (`emailpassword/email`), by which an operator finds a
    /// user.
    fn email_identifier(&self) -> Option<&'static str> {
        None
    }

    /// The kinds of text messages that it sends, each with what makes its content.
    fn text_messages(&self) -> &'static [(SmsKind, ComposeSms)] {
        &[]
    }

    /// Where messages go of operations that may send both ([`Sends::MailOrSms`](crate::contract::Sends)); `None` where
    /// it has none of these.
    fn contacts(&self, _: &Config) -> Option<Contacts> {
        None
    }

    /// Refuses settings with which it cannot work, before anything is opened.
    ///
    /// # Errors
    /// Which setting, and what to do.
    fn check(&self, _: &Config) -> Result<(), String> {
        Ok(())
    }

    /// Refuses to serve some behaviours with these settings: asked once it is known which operations are mounted, by the
    /// names of their contracts.
    ///
    /// # Errors
    /// Which setting, and what to do.
    fn check_mounted(&self, _: &Config, _behaviours: &[&str]) -> Result<(), String> {
        Ok(())
    }

    /// Makes what it keeps between requests, after [`Self::check`]; [`Auth::part`] hands it out. What the application has
    /// given is among the parts.
    ///
    /// # Errors
    /// What cannot be made.
    fn open(&self, _: &Config, _: &mut Extensions) -> Result<(), String> {
        Ok(())
    }

    /// What it does once the database is open, before the server answers requests.
    ///
    /// # Errors
    /// Why the server cannot start.
    async fn start(&self, _: &Auth) -> Result<(), String> {
        Ok(())
    }

    /// The ways in which users sign in with it.
    fn factors(&self, _: &Config) -> Option<Factors> {
        None
    }

    /// Where tenants are looked up, if the recipe stores them. Without such a recipe there is `public` alone.
    fn directory(&self) -> Option<&dyn Directory> {
        None
    }

    /// What decides which login methods are linked, if the recipe does so with these settings.
    fn linker(&self, _: &Config) -> Option<&dyn Linker> {
        None
    }

    /// Refuses a tenant whose providers cannot work.
    ///
    /// # Errors
    /// What is wrong, without any secret.
    fn check_tenant(&self, _: &Config, _: &Tenant) -> Result<(), String> {
        Ok(())
    }

    /// The providers that a tenant offers to clients of a type.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a type that no provider knows.
    fn providers(
        &self,
        _: &Auth,
        _: &Tenant,
        _client_type: Option<&str>,
    ) -> Result<Vec<OfferedProvider>, Error> {
        Ok(Vec::new())
    }

    /// The claims that every session begins with.
    fn claims(&self, _: &Config, _: &Arc<dyn Store>) -> Vec<Arc<dyn ClaimSource>> {
        Vec::new()
    }

    /// The claim that says whether the login method of a session has proven its address, if sessions have it with these
    /// settings. The recipe then stores what is proven ([`Event::AddressProven`]).
    fn address_claim(&self, _: &Config, _: &Arc<dyn Store>) -> Option<Claim<bool>> {
        None
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
    /// What a recipe keeps between requests.
    ///
    /// # Errors
    /// It keeps nothing of this type: a mistake in the recipe.
    pub(crate) fn part<T: Clone + Send + Sync + 'static>(&self) -> Result<&T, Error> {
        let part = self.part_given::<T>();
        part.ok_or_else(|| Error::internal("a recipe lacks what it keeps"))
    }

    /// What an application has given to a recipe; `None` where it gave nothing.
    pub(crate) fn part_given<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.recipe_parts.get::<T>()
    }

    /// The recipes of the server.
    pub(crate) fn recipes(&self) -> &'static [&'static dyn Recipe] {
        self.0.recipes
    }

    /// The claim that says whether the login method of a session has proven its address; `None` where sessions have none.
    pub(crate) fn address_claim(&self) -> Option<Claim<bool>> {
        let mut recipes = self.recipes().iter();
        recipes.find_map(|recipe| recipe.address_claim(self.config(), &self.0.store))
    }

    /// Refuses to serve some behaviours with the settings of the server, by the names of their contracts.
    ///
    /// # Errors
    /// As [`Recipe::check_mounted`].
    pub(crate) fn check_mounted(&self, behaviours: &[&str]) -> Result<(), String> {
        let mut recipes = self.recipes().iter();
        recipes.try_for_each(|recipe| recipe.check_mounted(self.config(), behaviours))
    }

    /// The tenant of this id (in lower case); `None` if there is none.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn tenant(&self, id: &str) -> Result<Option<Tenant>, Error> {
        let mut recipes = self.recipes().iter();
        match recipes.find_map(|recipe| recipe.directory()) {
            Some(directory) => directory.find(self, id).await,
            None => Ok((id == PUBLIC_TENANT).then(Tenant::public)),
        }
    }

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
