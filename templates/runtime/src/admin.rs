//! What an operator does to the database of a server, beside the server: looks, revokes, replaces keys.
//!
//! Rules: nothing is served, hashed or mailed here, so opening is quick; a database that does not exist is
//! an error and not an empty one; and running servers need no notice: they ask the database about sessions
//! when they refresh or check them, and read their keys again within
//! [`KEY_POLL`](crate::session::KEY_POLL).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use clap::ArgMatches;

use crate::auth::Recipe;
use crate::config::Config;
use crate::delivery::LIFETIME;
use crate::email::EmailAddress;
use crate::error::Error;
use crate::session::{SessionInformation, Sessions, SigningKeys};
use crate::store::{
    self, DiscardMails, FindByIdentifier, ListMails, ListedMail, PUBLIC_TENANT, Picked, RetryMails,
    Store,
};

/// A database of a server, opened to be looked after.
pub struct Admin {
    config: Config,
    store: Arc<dyn Store>,
    sessions: Sessions,
    recipes: &'static [&'static dyn Recipe],
}

/// A command of a recipe for operators.
pub(crate) struct RecipeCommand {
    /// Its name, its arguments and its help.
    pub(crate) define: fn() -> clap::Command,
    /// Carries it out with these arguments.
    pub(crate) run: for<'a> fn(&'a Admin, &'a ArgMatches) -> Running<'a>,
}

/// A command that is being carried out.
pub(crate) type Running<'a> =
    Pin<Box<dyn Future<Output = Result<CommandOutput, CommandFailure>> + Send + 'a>>;

/// What stops a command.
pub(crate) type CommandFailure = Box<dyn std::error::Error + Send + Sync>;

/// Outcome of a command of a recipe. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandOutput {
    /// It is done; this is its output.
    Text(String),
    /// It is done; its output is this table.
    Table {
        /// The names of the columns.
        headings: &'static [&'static str],
        /// A cell for each column.
        rows: Vec<Vec<String>>,
    },
    /// There is nothing of that name; a message about it.
    NotFound(String),
}

/// A mail that is not sent yet, or was given up.
#[derive(Debug, Clone)]
pub struct MailInformation {
    /// Names it.
    pub id: String,
    /// What it is about, such as `password-reset`.
    pub kind: String,
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its recipient.
    pub recipient: String,
    /// Whether it was given up; otherwise it is tried again.
    pub is_failed: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was accepted.
    pub created_at: i64,
    /// When it is tried next, or was due last.
    pub due_at: i64,
    /// What went wrong last.
    pub failure: Option<String>,
}

/// Which mails are meant.
#[derive(Debug, Clone)]
pub enum Mails {
    /// The one of this id.
    One(String),
    /// All that were given up.
    AllFailed,
}

impl From<ListedMail> for MailInformation {
    fn from(mail: ListedMail) -> Self {
        Self {
            id: mail.id,
            kind: mail.kind,
            tenant_id: mail.tenant_id,
            recipient: mail.recipient,
            is_failed: mail.is_failed,
            attempts: mail.attempts,
            created_at: mail.created_at,
            due_at: mail.due_at,
            failure: mail.failure,
        }
    }
}

impl From<&Mails> for Picked {
    fn from(mails: &Mails) -> Self {
        match mails {
            Mails::One(id) => Self::One(id.clone()),
            Mails::AllFailed => Self::AllFailed,
        }
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}

impl Admin {
    /// Opens the database of a server with these recipes.
    ///
    /// # Errors
    /// There is none, or it cannot be opened; the settings of sessions are wrong.
    pub(crate) async fn open_with(
        config: Config,
        recipes: &'static [&'static dyn Recipe],
    ) -> Result<Self, Error> {
        let url = config.database_url.expose();
        // One connection is enough for one operator.
        let store = store::open_existing(url, 1).await?;
        let clock = store.clock();
        let sessions = Sessions::new(
            &config.app_info,
            config.session.clone(),
            Arc::clone(&store),
            clock,
        );
        let sessions = sessions.map_err(|errors| {
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Error::internal(lines.join("\n"))
        })?;
        Ok(Self {
            config,
            store,
            sessions,
            recipes,
        })
    }

    /// The settings.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The database.
    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The database, for what a recipe keeps of it.
    pub(crate) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// The recipes of the server.
    pub(crate) fn recipes(&self) -> &'static [&'static dyn Recipe] {
        self.recipes
    }

    /// The signing keys.
    pub fn keys(&self) -> &SigningKeys {
        self.sessions.keys()
    }

    /// The sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The id of a user: that of the user who signs in with this address, where it is one; `None` if no one
    /// does. Anything else is the id of a login method, of a user, or of a user whom only the
    /// application knows.
    ///
    /// # Errors
    /// Several users sign in with the address, in different ways; the store failed.
    pub async fn user_id(&self, id_or_email: &str) -> Result<Option<String>, Error> {
        if id_or_email.contains('@') {
            let Ok(email) = EmailAddress::parse(id_or_email) else {
                return Ok(None);
            };
            return self.user_with_address(&email).await;
        }
        let known = self.store.user(id_or_email).await?;
        Ok(Some(
            known.map_or_else(|| id_or_email.to_owned(), |user| user.id),
        ))
    }

    /// The user who signs in with an address, in any way.
    async fn user_with_address(&self, email: &EmailAddress) -> Result<Option<String>, Error> {
        let mut users: Vec<String> = Vec::new();
        for recipe in self.recipes {
            let Some(kind) = recipe.email_identifier() else {
                continue;
            };
            let find = FindByIdentifier {
                tenant_id: PUBLIC_TENANT.to_owned(),
                kind,
                value: email.to_string(),
            };
            let found = self.store.run(find).await?;
            users.extend(found.map(|user| user.id).filter(|id| !users.contains(id)));
        }
        // What is done to one of them would be left undone for the other.
        if users.len() > 1 {
            return Err(Error::internal(format!(
                "several users sign in with this address: name one by its id ({})",
                users.join(", ")
            )));
        }
        Ok(users.pop())
    }

    /// The sessions of a user in all tenants, oldest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sessions_of(&self, user_id: &str) -> Result<Vec<SessionInformation>, Error> {
        let mut all = Vec::new();
        for handle in self.sessions.list(user_id, None).await? {
            // One that ended in this moment is left out.
            all.extend(self.sessions.information_by_handle(&handle).await?);
        }
        Ok(all)
    }

    /// The mails that are not sent, oldest first; a thousand at most.
    ///
    /// # Errors
    /// The store failed.
    pub async fn mails(&self) -> Result<Vec<MailInformation>, Error> {
        let mails = self.store.run(ListMails).await?;
        Ok(mails.into_iter().map(MailInformation::from).collect())
    }

    /// Has running servers try mails again, now and for a day; how many. One that is being sent at this
    /// moment is left to its worker.
    ///
    /// # Errors
    /// The store failed.
    pub async fn retry_mails(&self, mails: &Mails) -> Result<u64, Error> {
        let now = self.store.clock().now();
        let retry = RetryMails {
            picked: mails.into(),
            now,
            expires_at: now + LIFETIME,
        };
        self.store.run(retry).await
    }

    /// Gives mails up for good and deletes what they say; how many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn discard_mails(&self, mails: &Mails) -> Result<u64, Error> {
        let discard = DiscardMails {
            picked: mails.into(),
            now: self.store.clock().now(),
        };
        self.store.run(discard).await
    }
}
