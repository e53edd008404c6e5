//! The application's own say in what is linked.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use crate::auth::{AccountInfo, AuthBuilder};
use crate::error::Error;
use crate::session::Session;
use crate::shapes::User;

/// A login method that may become one of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkRequest {
    /// What the login method shows. It may not exist yet: whether it may sign up depends on the answer.
    pub account: AccountInfo,
    /// The user with the same address or number, or the user of `session`; `None` where the login method is to be the first
    /// one of a primary user, to whom others are linked later.
    pub user: Option<User>,
    /// The tenant in which the user signs up or in.
    pub tenant_id: String,
    /// The session to whose user the login method is to be added, because the client asks for it; `None` where it signs in by
    /// itself.
    pub session: Option<Session>,
}

/// Decides whether a login method may be linked. An async closure over [`LinkRequest`] is one:
/// `|request: LinkRequest| async move { Ok(true) }`.
#[async_trait]
pub trait ShouldLinkAccounts: Send + Sync {
    /// Whether it may. Asked several times for one sign-in, also about login methods that have proven nothing: `true`
    /// links nothing that is not proven.
    ///
    /// # Errors
    /// The request fails with it; with 500 where the function panics, or takes longer than 30 seconds.
    async fn should_link(&self, request: LinkRequest) -> Result<bool, Error>;
}

#[async_trait]
impl<F, R> ShouldLinkAccounts for F
where
    F: Fn(LinkRequest) -> R + Send + Sync,
    R: Future<Output = Result<bool, Error>> + Send,
{
    async fn should_link(&self, request: LinkRequest) -> Result<bool, Error> {
        self(request).await
    }
}

/// The function of an application.
pub(super) type Hook = Arc<dyn ShouldLinkAccounts>;

impl AuthBuilder {
    /// Decides which login methods are linked, among those that `AUTH_ACCOUNT_LINKING=verified` would link. Users whom
    /// it keeps apart sign up and in as if they did not share an address.
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::Auth;
    /// use auth_runtime::recipes::account_linking::LinkRequest;
    ///
    /// // What this provider says about addresses is not trusted.
    /// let auth = Auth::builder(config)
    ///     .should_link_accounts(|request: LinkRequest| async move {
    ///         let provider = request.account.third_party.as_ref();
    ///         Ok(provider.is_none_or(|account| account.id != "partner"))
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn should_link_accounts(mut self, hook: impl ShouldLinkAccounts + 'static) -> Self {
        let hook: Hook = Arc::new(hook);
        self.recipe_parts.insert(hook);
        self
    }
}
