//! What an application does in place of the server: how sessions begin, and the answer to a request whose
//! session is refused.
//!
//! The names are those of SuperTokens' SDKs (`getTokenTransferMethod`, `errorHandlers`), in the spelling of
//! Rust. A route that the application answers itself is switched off at the layer
//! ([`AuthLayer::without`](crate::AuthLayer::without)).

use std::sync::Arc;

use super::AuthBuilder;
use super::events::OnEvent;
use super::refusal::{ErrorHandler, ErrorHandlers};
use crate::session::{
    ChooseWebsite, GetTokenTransferMethod, OnCreateSession, TransferPolicy, TransferRequest,
    Website, WebsiteRequest,
};

/// The hooks of an [`AuthBuilder`].
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) transfer: Option<Arc<GetTokenTransferMethod>>,
    pub(super) website: Option<Arc<ChooseWebsite>>,
    pub(super) on_create: Vec<Arc<dyn OnCreateSession>>,
    pub(super) on_event: Vec<Arc<dyn OnEvent>>,
    pub(super) error_handlers: ErrorHandlers,
}

impl AuthBuilder {
    /// Decides for each request how its tokens may travel, in place of
    /// [`SessionConfig::transfer`](crate::session::SessionConfig::transfer): for instance by headers only
    /// where a native app asks. A request that carries tokens in a way that is not allowed has none.
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::Auth;
    /// use auth_runtime::session::{TransferPolicy, TransferRequest};
    ///
    /// let auth = Auth::builder(config)
    ///     .get_token_transfer_method(|request: TransferRequest<'_>| {
    ///         if request.headers.contains_key("x-native-app") {
    ///             TransferPolicy::Header
    ///         } else {
    ///             TransferPolicy::Cookie
    ///         }
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn get_token_transfer_method(
        mut self,
        decide: impl Fn(TransferRequest<'_>) -> TransferPolicy + Send + Sync + 'static,
    ) -> Self {
        self.hooks.transfer = Some(Arc::new(decide));
        self
    }

    /// Chooses the website of a request whose `Origin` does not name one: that of a mail's links and of redirects, and
    /// what [`RequestSession::website`](crate::RequestSession::website) answers. `None` stands for the website of
    /// appInfo. Only a website of the settings counts ([`SessionConfig::websites`](crate::session::SessionConfig)),
    /// since headers are of the client's making (OWASP Web Security Testing Guide, "Testing for Host Header Injection").
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::Auth;
    ///
    /// // `https://example.org` calls `api.example.org`, from native apps too, which send no `Origin`.
    /// let auth = Auth::builder(config)
    ///     .website(|request| {
    ///         let host = request.headers.get("host")?.to_str().ok()?;
    ///         let site = host.strip_prefix("api.")?;
    ///         request.websites.iter().find(|website| website.authority() == site)
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn website(
        mut self,
        choose: impl for<'a> Fn(WebsiteRequest<'a>) -> Option<&'a Website> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.website = Some(Arc::new(choose));
        self
    }

    /// Sees every session before it begins, that of a sign-in as well as one of the application's own: adds
    /// claims, keeps data with it, or refuses it. Several of them work one after the other.
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::{Auth, Error, NewSessionFor};
    /// use http::HeaderMap;
    ///
    /// let auth = Auth::builder(config)
    ///     .on_create_session(|mut new: NewSessionFor, headers: HeaderMap| async move {
    ///         if new.user_id == "banned" {
    ///             return Err(Error::General("Please call us.".to_owned()));
    ///         }
    ///         let device = headers.get("user-agent").and_then(|it| it.to_str().ok());
    ///         new.data = serde_json::json!({ "device": device });
    ///         Ok(new)
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn on_create_session(mut self, hook: impl OnCreateSession + 'static) -> Self {
        self.hooks.on_create.push(Arc::new(hook));
        self
    }

    /// Answers requests without a session, and those whose session is over.
    ///
    /// The server adds the headers of CORS, and those that clear the client's tokens, to whatever an error handler
    /// answers. Frontends of this protocol decide by the status whether to refresh or to sign out: keep that of
    /// [`Refusal::response`](super::Refusal::response) for requests of such frontends.
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::Auth;
    /// use auth_runtime::auth::Refusal;
    ///
    /// let auth = Auth::builder(config)
    ///     .on_unauthorised(|refusal: Refusal| async move {
    ///         (refusal.response.status(), "Please sign in.")
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn on_unauthorised(mut self, handler: impl ErrorHandler + 'static) -> Self {
        self.hooks.error_handlers.unauthorised = Some(Arc::new(handler));
        self
    }

    /// Answers requests whose access token cannot be used any more; see [`AuthBuilder::on_unauthorised`].
    #[must_use]
    pub fn on_try_refresh_token(mut self, handler: impl ErrorHandler + 'static) -> Self {
        self.hooks.error_handlers.try_refresh_token = Some(Arc::new(handler));
        self
    }

    /// Answers a refresh with a token that was copied; the session is revoked already. See
    /// [`AuthBuilder::on_unauthorised`].
    #[must_use]
    pub fn on_token_theft_detected(mut self, handler: impl ErrorHandler + 'static) -> Self {
        self.hooks.error_handlers.token_theft_detected = Some(Arc::new(handler));
        self
    }

    /// Answers requests whose session does not hold what is demanded; see
    /// [`AuthBuilder::on_unauthorised`].
    #[must_use]
    pub fn on_invalid_claim(mut self, handler: impl ErrorHandler + 'static) -> Self {
        self.hooks.error_handlers.invalid_claim = Some(Arc::new(handler));
        self
    }

    /// Answers a refresh that carried a cookie twice, of which that of the older domain is being cleared;
    /// see [`AuthBuilder::on_unauthorised`].
    #[must_use]
    pub fn on_clear_duplicate_session_cookies(
        mut self,
        handler: impl ErrorHandler + 'static,
    ) -> Self {
        self.hooks.error_handlers.clear_duplicate_session_cookies = Some(Arc::new(handler));
        self
    }
}
