//! The tower layer that puts the auth APIs in front of an application.
//!
//! Rule: requests for the auth APIs are answered here, all others reach the application unchanged; and the
//! changes of the application to the session of a request are put on its response.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use http::{Method, Request, Response, StatusCode, header};
use tower::{Layer, Service, ServiceExt};
use tower_http::cors::CorsLayer;

use super::attached::Attached;
use super::dispatch::Asked;
use super::matching::{self, Found, Target};
use super::missing::{MissingOperations, Wanted};
use super::protection::Protection;
use super::request_log::OperationId;
use super::swap::{Held, Source};
use super::{
    Api, Origins, Route, Scope, Sessions, cache_control, cors, dispatch, error, outbox, wrap,
};
use crate::app_info::AppInfo;
use crate::auth::Auth;

/// Answers the operations of an [`Api`] and passes all other requests to the service inside.
#[derive(Clone)]
pub struct AuthLayer(Arc<Shared>);

/// The service that [`AuthLayer`] makes.
#[derive(Clone)]
pub struct AuthService<S> {
    inner: S,
    source: Source,
}

/// A server and the operations that it answers.
#[derive(Clone)]
pub(super) struct Shared {
    auth: Auth,
    api: Api,
    cors: CorsLayer,
    protection: Protection,
    /// The ids of operations that are left to the application.
    off: Vec<&'static str>,
    /// The other operations that are mounted, by their index.
    on: Vec<(usize, &'static Route)>,
    /// Those of them whose path does not lie under the base path: all that the application's own paths can be.
    on_at_root: Vec<(usize, &'static Route)>,
    missing: Arc<MissingOperations>,
    /// The ids of the recipes of operations that begin sessions.
    sign_ins: Arc<[&'static str]>,
    /// Whether the log says what cannot work. axum wraps some routes again for each request.
    warned: OnceLock<()>,
}

impl AuthLayer {
    /// A layer for one auth server and one spec.
    pub fn new(auth: Auth, api: impl Into<Api>) -> Self {
        let cors = cors::cors(auth.config());
        let protection = Protection::of(auth.app_info());
        let api = api.into();
        wrap::warn_of_unused(&auth, &api);
        let mut shared = Shared {
            auth,
            api,
            cors,
            protection,
            off: Vec::new(),
            on: Vec::new(),
            on_at_root: Vec::new(),
            missing: Arc::default(),
            sign_ins: Arc::new([]),
            warned: OnceLock::new(),
        };
        shared.list_operations();
        Self(Arc::new(shared))
    }

    pub(super) fn into_shared(self) -> Arc<Shared> {
        self.0
    }

    /// Refuses to serve operations that cannot work, or not safely, with the settings. A program asks before it serves;
    /// a layer that is used in spite of it logs the reason.
    ///
    /// # Errors
    /// Which setting, and what to do.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.0.check()
    }

    /// Leaves operations to the application: those of a behaviour, such as `session.refresh`, or the one
    /// of an `operationId`. Requests for them go on to the routes inside, or are answered 404 there.
    ///
    /// A refresh of the application's own has to stand at the path of the built-in one, for browsers send
    /// the refresh cookie there alone. A handler there that takes a [`Session`](crate::Session) gets the
    /// session that was refreshed; one that takes an [`AuthContext`](crate::AuthContext) can ask for it
    /// itself.
    ///
    /// ```no_run
    /// # async fn run(auth: auth_runtime::Auth, api: auth_runtime::Api) {
    /// use auth_runtime::Session;
    /// use axum::{Router, routing::post};
    ///
    /// async fn refresh(session: Session) -> String {
    ///     format!("refreshed for {}", session.user_id)
    /// }
    ///
    /// let app: Router = Router::new()
    ///     .route("/auth/session/refresh", post(refresh))
    ///     .layer(auth_runtime::layer(auth, api).without("session.refresh"));
    /// # }
    /// ```
    ///
    /// # Panics
    /// The spec has no such behaviour or operation: a route that was to be off would stay on.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let routes = self.0.api.routes();
        let named = routes.filter(|route| route.behaviour == name || route.id == name);
        let ids: Vec<_> = named.map(|route| route.id).collect();
        assert!(
            !ids.is_empty(),
            "`{name}` is neither a behaviour nor an operationId of the spec: {:?}",
            self.0.api
        );
        let shared = Arc::make_mut(&mut self.0);
        shared.off.extend(ids);
        shared.list_operations();
        self
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        // Here, because the operations that are left to the application are known only now.
        self.0.warn();
        AuthService::new(inner, Source::Fixed(Arc::clone(&self.0)))
    }
}

impl<S> AuthService<S> {
    pub(super) fn new(inner: S, source: Source) -> Self {
        Self { inner, source }
    }
}

impl<S> Service<Request<Body>> for AuthService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // The readiness of the application matters only when a request reaches it.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (inner, shared) = (self.inner.clone(), self.source.held());
        match shared.place(&request) {
            Some(place) => Box::pin(serve(inner, shared, place, request)),
            None => Box::pin(let_through(inner, shared, request)),
        }
    }
}

/// Where a request stands that belongs to the auth APIs.
struct Place {
    /// Its path lies under the base path.
    under_base: bool,
    /// Its operation; `None` if there is none, or for a preflight.
    found: Option<Found>,
    /// What it counts as.
    operation: &'static str,
    /// Every origin may read the answer.
    for_everybody: bool,
    is_preflight: bool,
}

/// Puts the CORS rules around what belongs to the auth APIs.
async fn serve<S>(
    inner: S,
    shared: Held,
    place: Place,
    request: Request<Body>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    let started = Instant::now();
    let Place {
        under_base,
        found,
        operation,
        for_everybody,
        is_preflight,
    } = place;
    let (asked, operation) = match found {
        Some(found) => match Asked::of(&shared.auth, found).await {
            Some(asked) => (Some(asked), operation),
            None => (None, "none"),
        },
        None => (None, operation),
    };
    let wanted = if asked.is_none() && under_base && !is_preflight {
        Wanted::of(request.method(), request.uri().path(), request.headers())
    } else {
        None
    };
    // Any other OPTIONS must not reach the CORS layer, which would take it for a preflight.
    let answers_cors = is_preflight || request.method() != Method::OPTIONS;

    let kept = shared.clone();
    // The CORS layer answers preflights itself.
    let is_own = asked.is_some() || (is_preflight && !for_everybody);
    let respond = tower::service_fn(move |request| {
        respond(inner.clone(), shared.clone(), asked.clone(), request)
    });
    let mut response = if answers_cors && !for_everybody {
        kept.cors.layer(respond).oneshot(request).await?
    } else {
        respond.oneshot(request).await?
    };
    if is_own {
        kept.protection.apply(response.headers_mut());
    }
    if under_base {
        cache_control::forbid_storing(response.headers_mut());
    }
    if let (Some(wanted), StatusCode::NOT_FOUND) = (&wanted, response.status()) {
        kept.missing.name(wanted, &kept.api, kept.base_path());
    }
    let status = response.status().as_u16();
    let metrics = &kept.auth.metrics().requests;
    metrics.answered(operation, status, started.elapsed());
    response.extensions_mut().insert(OperationId(operation));
    Ok(response)
}

/// Answers a request, or passes it to the application.
async fn respond<S>(
    inner: S,
    shared: Held,
    asked: Option<Asked>,
    request: Request<Body>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    match asked {
        Some(asked) => {
            let (api, auth, sign_ins) = (&shared.api, &shared.auth, &shared.sign_ins);
            Ok(dispatch::answer(api, auth, sign_ins, asked, request).await)
        }
        None => let_through(inner, shared, request).await,
    }
}

/// Passes a request to the application.
async fn let_through<S>(
    inner: S,
    shared: Held,
    mut request: Request<Body>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    let auth = shared.auth.clone();
    if let Some(mut page) = outbox::page(&auth, &request) {
        shared.protection.apply(page.headers_mut());
        return Ok(page);
    }
    let is_refresh = is_refresh(auth.app_info(), &request);
    let head = auth.error_handlers().head(&request);
    let attached = Attached::new(auth, is_refresh);
    request.extensions_mut().insert(attached.clone());
    let mut response = inner.oneshot(request).await?;
    attached.write_to(&mut response, head).await;
    shared.protection.apply_to_own(&mut response);
    Ok(response)
}

impl Shared {
    pub(super) fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Logs, once, what these operations cannot do with the settings.
    pub(super) fn warn(&self) {
        self.warned.get_or_init(|| {
            let mounted = self.on.iter().map(|(_, route)| (route.id, route.sends));
            self.auth.warn_without_senders(mounted);
            if let Err(reason) = self.check() {
                tracing::error!("operations that cannot work are mounted: {reason}");
            }
        });
    }

    /// Whether the operations can be served with the settings.
    fn check(&self) -> Result<(), String> {
        let behaviours: Vec<&str> = self.on.iter().map(|(_, route)| route.behaviour).collect();
        self.auth.check_mounted(&behaviours)
    }

    /// Lists the operations to answer, once and not for each request.
    fn list_operations(&mut self) {
        let mounted = self.api.mounted();
        self.on = mounted
            .filter(|(_, route)| !self.off.contains(&route.id))
            .collect();
        let at_root = |(_, route): &&(usize, &'static Route)| route.scope == Scope::Root;
        self.on_at_root = self.on.iter().filter(at_root).copied().collect();
        let begins = |(_, route): &&(usize, &'static Route)| route.sessions == Sessions::Begins;
        let recipes = self.on.iter().filter(begins);
        self.sign_ins = recipes.map(|(_, route)| route.recipe).collect();
    }

    fn base_path(&self) -> &str {
        &self.auth.app_info().api_base_path
    }

    /// Where a request stands; `None` if it is the application's.
    fn place(&self, request: &Request<Body>) -> Option<Place> {
        let path = matching::resolved(request.uri().path());
        let under_base = matching::is_under(&path, self.base_path());
        let is_preflight = cors::is_preflight(request);
        let found = self.find(request, request.method(), &path);
        let wanted = match &found {
            None if is_preflight => self
                .find_preflighted(request, &path)
                .map(|found| found.route),
            found => found.as_ref().map(|found| found.route),
        };
        (under_base || wanted.is_some()).then(|| Place {
            under_base,
            found,
            operation: match wanted {
                Some(_) if is_preflight => "preflight",
                Some(route) => route.id,
                None => "none",
            },
            for_everybody: wanted.is_some_and(|route| route.origins == Origins::AnyMayRead),
            is_preflight,
        })
    }

    fn find(&self, request: &Request<Body>, method: &Method, path: &str) -> Option<Found> {
        let rid = request
            .headers()
            .get("rid")
            .and_then(|rid| rid.to_str().ok());
        let target = Target { method, path, rid };
        let base_path = self.base_path();
        let on = if path.starts_with(base_path) {
            &self.on
        } else {
            &self.on_at_root
        };
        matching::find(on.iter().copied(), base_path, target)
    }

    /// The operation that a preflight is about.
    fn find_preflighted(&self, request: &Request<Body>, path: &str) -> Option<Found> {
        let method = request
            .headers()
            .get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        self.find(request, &method, path)
    }
}

/// Whether a request is a refresh, as browsers send it.
fn is_refresh(app_info: &AppInfo, request: &Request<Body>) -> bool {
    // The application routes the path as it was sent, so dots are not resolved here.
    let path = matching::without_slashes(request.uri().path());
    request.method() == Method::POST
        && path.strip_prefix(app_info.api_base_path.as_str()) == Some("/session/refresh")
}

/// The answer of a server without an application to every other request.
pub(crate) async fn not_found() -> Response<Body> {
    error::text(StatusCode::NOT_FOUND, "Not found")
}
