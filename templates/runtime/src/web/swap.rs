//! A layer whose auth server is replaced while requests run.
//!
//! Rules: a request stays with the server that it began on, from the first look at its path to the last header of its
//! answer; the next request goes to the new one; no request waits for a replacement. Once all requests of the old
//! server are answered, its background work ends ([`Auth::retire`]).

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::Layer;

use super::layer::{AuthLayer, AuthService, Shared};
use crate::auth::Auth;

/// The layer of an auth server that another one can take the place of while both answer requests: one with other
/// settings, hooks, or operations of the application. Clones share it. It stands where an [`AuthLayer`] would.
///
/// Both servers work on one database; open it once, as a [`SharedStore`](crate::store::SharedStore).
///
/// ```no_run
/// # async fn run(
/// #     config: auth_runtime::Config, other: auth_runtime::Config, api: auth_runtime::Api,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// use auth_runtime::store::SharedStore;
/// use auth_runtime::{Auth, AuthSwap, layer};
///
/// let store = SharedStore::open("sqlite://auth.db", 10).await?;
/// let auth = Auth::builder(config).store(store.clone()).build().await?;
/// let swap = AuthSwap::new(layer(auth, api.clone()));
/// let app: axum::Router = axum::Router::new().layer(swap.clone());
/// // While it is served:
/// let next = Auth::builder(other).store(store.clone()).build().await?;
/// let replaced = swap.replace(layer(next, api));
/// replaced.ended().await;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct AuthSwap(Arc<Place>);

/// Where the server of the next request is found.
pub(super) struct Place(RwLock<Current>);

struct Current {
    serving: Arc<Serving>,
    /// Ends when `serving` is gone.
    gone: oneshot::Receiver<()>,
}

/// A server while requests are answered by it; each of them holds it.
pub(super) struct Serving {
    shared: Arc<Shared>,
    /// Is dropped with the last request.
    _last: oneshot::Sender<()>,
}

/// A server that was replaced, and still answers the requests that began on it.
#[derive(Debug)]
pub struct Replaced {
    auth: Auth,
    retiring: JoinHandle<()>,
}

/// The server of one request.
#[derive(Clone)]
pub(super) enum Held {
    /// That of an [`AuthLayer`].
    Fixed(Arc<Shared>),
    /// The one that an [`AuthSwap`] had when the request began.
    Swapped(Arc<Serving>),
}

/// Where a service finds the server of a request.
#[derive(Clone)]
pub(super) enum Source {
    /// It is always the same.
    Fixed(Arc<Shared>),
    /// It can be replaced.
    Swapped(Arc<Place>),
}

impl Source {
    /// The server of a request that begins now.
    pub(super) fn held(&self) -> Held {
        match self {
            Self::Fixed(shared) => Held::Fixed(Arc::clone(shared)),
            Self::Swapped(place) => Held::Swapped(place.serving()),
        }
    }
}

impl Deref for Held {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        match self {
            Self::Fixed(shared) => shared,
            Self::Swapped(serving) => &serving.shared,
        }
    }
}

impl Place {
    fn serving(&self) -> Arc<Serving> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current.serving)
    }
}

impl Current {
    fn new(layer: AuthLayer) -> Self {
        let shared = layer.into_shared();
        shared.warn();
        let (last, gone) = oneshot::channel();
        let serving = Serving {
            shared,
            _last: last,
        };
        Self {
            serving: Arc::new(serving),
            gone,
        }
    }
}

impl AuthSwap {
    /// Begins with this server and its operations.
    pub fn new(layer: AuthLayer) -> Self {
        Self(Arc::new(Place(RwLock::new(Current::new(layer)))))
    }

    /// The server that the next request goes to. A handler has that of its own request
    /// ([`AuthContext`](crate::AuthContext)).
    pub fn auth(&self) -> Auth {
        self.0.serving().shared.auth().clone()
    }

    /// From now on requests go to another server. Those that have begun are answered by the one that they began on;
    /// when all of them are, its background work ends, whether or not the outcome is awaited. Its store stays open.
    ///
    /// # Panics
    /// There is no tokio runtime.
    pub fn replace(&self, next: AuthLayer) -> Replaced {
        let next = Current::new(next);
        let auth = next.serving.shared.auth().clone();
        let previous = {
            let mut current = self.0.0.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, next)
        };
        let Current { serving, gone } = previous;
        let old = serving.shared.auth().clone();
        let retired = old.clone();
        drop(serving);
        let retiring = tokio::spawn(async move {
            // Nothing is ever sent: the sender goes with the last request.
            let _ = gone.await;
            // The same server may go on with other operations.
            if !retired.is_same(&auth) {
                retired.retire().await;
            }
        });
        Replaced {
            auth: old,
            retiring,
        }
    }
}

impl Replaced {
    /// Waits until the requests that began on it are answered and its background work has ended. The outcome is the
    /// server that was replaced, for one that has a store of its own and is to be closed.
    pub async fn ended(self) -> Auth {
        if let Err(error) = self.retiring.await {
            tracing::error!(%error, "a server that was replaced did not end");
        }
        self.auth
    }
}

impl<S> Layer<S> for AuthSwap {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService::new(inner, Source::Swapped(Arc::clone(&self.0)))
    }
}

impl fmt::Debug for AuthSwap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthSwap").finish_non_exhaustive()
    }
}
