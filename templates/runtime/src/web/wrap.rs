//! Code of the application around built-in operations: before them, after them, or in their place.
//!
//! Rules:
//! - what protects every operation stands outside of a wrap, which cannot skip it: the tenant is looked up, pages of foreign
//!   origins are refused, the body is limited, cookies and `Cache-Control` are written by the server, and only an
//!   operation whose contract says so begins a session;
//! - what the behaviour itself checks, such as a password and the limit of wrong ones, runs where the wrap calls
//!   [`Next::run`] or [`Next::run_with`], and only there. It checks a request that the wrap has changed like one of a client;
//! - a wrap cannot change the tenant, the session or the headers of a request, by which it was admitted;
//! - a wrap that fails, panics or hangs fails the request ([`guarded`]). Where it answers with another outcome than the
//!   behaviour did, or fails, sessions that have begun in this request end, and their tokens are not sent: a refusal
//!   after the behaviour has run leaves no session.

use std::mem::{Discriminant, discriminant};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::Api;
use crate::auth::{Auth, AuthBuilder, guarded};
use crate::call::{Call, HasRequest};
use crate::contract::{BuiltIn, Contract};
use crate::error::Error;

/// The function that answers a built-in operation.
pub type Behaviour<O> =
    for<'a> fn(&'a mut Call) -> Pin<Box<dyn Future<Output = Result<O, Error>> + Send + 'a>>;

/// Stands around a built-in operation, whose outcome is `O`: `recipes::email_password::SignUp`.
///
/// ```no_run
/// use auth_runtime::recipes::email_password::SignUp;
/// use auth_runtime::{Auth, Call, Error, Next, Wrap, async_trait};
///
/// /// New users must have an address of the company.
/// struct Colleagues;
///
/// #[async_trait]
/// impl Wrap<SignUp> for Colleagues {
///     async fn wrap(&self, call: &mut Call, next: Next<'_, SignUp>) -> Result<SignUp, Error> {
///         let request = next.request(call)?;
///         if !request.email.trim().to_lowercase().ends_with("@example.com") {
///             return Ok(SignUp::NotAllowed { reason: "Ask us for an account.".to_owned() });
///         }
///         let outcome = next.run(call).await?;
///         if let SignUp::Ok { user } = &outcome {
///             tracing::info!(user = %user.id, "a colleague has signed up");
///         }
///         Ok(outcome)
///     }
/// }
///
/// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
/// let auth = Auth::builder(config).wrap(Colleagues).build().await?;
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Wrap<O: BuiltIn>: Send + Sync + 'static {
    /// Answers a request: with the outcome of `next.run(call)`, or with another one. What the operation reads of the
    /// request is [`Next::request`]; its tenant, its session and its headers are those of the [`Call`].
    ///
    /// # Errors
    /// Whatever the request is to fail with; [`Error::General`] is a text for the user.
    async fn wrap(&self, call: &mut Call, next: Next<'_, O>) -> Result<O, Error>;
}

/// What a [`Wrap`] stands around: the wraps that were given later, and then the behaviour.
///
/// An operation that reads something of a request has a type for it, whose fields are what the client sends:
///
/// ```
/// use auth_runtime::recipes::email_password::SignIn;
/// use auth_runtime::{Call, Error, Next, Wrap, async_trait};
///
/// /// The users of a directory sign in by their short names.
/// struct ShortNames;
///
/// #[async_trait]
/// impl Wrap<SignIn> for ShortNames {
///     async fn wrap(&self, call: &mut Call, next: Next<'_, SignIn>) -> Result<SignIn, Error> {
///         let mut request = next.request(call)?;
///         if !request.email.contains('@') {
///             request.email += "@example.com";
///         }
///         next.run_with(call, request).await
///     }
/// }
/// ```
pub struct Next<'a, O: 'static> {
    later: &'a [Arc<dyn Wrap<O>>],
    behaviour: Behaviour<O>,
    /// The variant that the behaviour has answered.
    answered: &'a Mutex<Option<Discriminant<O>>>,
}

impl<O: BuiltIn> Next<'_, O> {
    /// Runs it with the request as it is.
    ///
    /// # Errors
    /// What it fails with.
    pub async fn run(self, call: &mut Call) -> Result<O, Error> {
        let Self {
            later,
            behaviour,
            answered,
        } = self;
        let Some((first, later)) = later.split_first() else {
            let outcome = behaviour(call).await?;
            let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
            *answered = Some(discriminant(&outcome));
            return Ok(outcome);
        };
        let next = Next {
            later,
            behaviour,
            answered,
        };
        first.wrap(call, next).await
    }
}

impl<O: HasRequest> Next<'_, O> {
    /// What the operation reads of the request: as the client has sent it, or as a wrap further out has changed it. Nothing has
    /// judged the values.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a structure other than the documented one, with which the request would fail anyway.
    pub fn request(&self, call: &Call) -> Result<O::Request, Error> {
        call.request::<O>()
    }

    /// Runs it with this request in the place of the one that the client has sent. Tenant, session and headers stay as
    /// they are, and [`Call::json`] still reads what the client has sent.
    ///
    /// # Errors
    /// What it fails with.
    pub async fn run_with(self, call: &mut Call, request: O::Request) -> Result<O, Error> {
        call.replace_request::<O>(request);
        self.run(call).await
    }
}

/// The wraps of one operation, in the order in which they were given: the first one stands outermost.
pub struct Wraps<O: 'static>(Vec<Arc<dyn Wrap<O>>>);

impl<O> Clone for Wraps<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The contracts of operations that are wrapped.
#[derive(Debug, Clone, Default)]
struct Wrapped(Vec<&'static Contract>);

/// Warns of wraps around operations that the description does not have: they never run.
pub(super) fn warn_of_unused(auth: &Auth, api: &Api) {
    let wrapped = auth.part_given::<Wrapped>().into_iter();
    for contract in wrapped.flat_map(|wrapped| &wrapped.0) {
        let mut routes = api.routes();
        if routes.all(|route| route.behaviour != contract.name) {
            let name = contract.name;
            tracing::warn!("`{name}` is wrapped, and the description has no such operation");
        }
    }
}

impl AuthBuilder {
    /// Puts code of the application around a built-in operation, which the type of its outcome names: see [`Wrap`]. Of
    /// several wraps of one operation the first one stands outermost. It may take 30 seconds.
    #[must_use]
    pub fn wrap<O: BuiltIn>(mut self, wrap: impl Wrap<O>) -> Self {
        let wraps = self
            .recipe_parts
            .get_or_insert_with(|| Wraps::<O>(Vec::new()));
        let is_first = wraps.0.is_empty();
        wraps.0.push(Arc::new(wrap));
        if is_first {
            let wrapped = self.recipe_parts.get_or_insert_with(Wrapped::default);
            wrapped.0.push(O::CONTRACT);
        }
        self
    }
}

/// The wraps of an operation; `None` where there are none.
pub fn wraps<O: BuiltIn>(call: &Call) -> Option<Wraps<O>> {
    call.auth().part_given::<Wraps<O>>().cloned()
}

impl<O: BuiltIn> Wraps<O> {
    /// Answers a request by the wraps, and the behaviour within them.
    ///
    /// # Errors
    /// What the request fails with.
    pub async fn run(self, call: &mut Call, behaviour: Behaviour<O>) -> Result<O, Error> {
        let answered = Mutex::new(None);
        let next = Next {
            later: &self.0,
            behaviour,
            answered: &answered,
        };
        let name = format!("the wrap of `{}`", O::CONTRACT.name);
        let outcome = guarded(&name, next.run(call)).await;
        let answered = answered.into_inner();
        let answered = answered.unwrap_or_else(PoisonError::into_inner);
        let is_overruled = match (&outcome, answered) {
            (Ok(outcome), Some(answered)) => discriminant(outcome) != answered,
            (Ok(_), None) => false,
            (Err(_), _) => true,
        };
        if is_overruled {
            call.end_begun_sessions().await?;
        }
        outcome
    }
}
