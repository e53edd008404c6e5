//! From a request whose operation is known to its response.
//!
//! Rules: every answer, the failed ones included, carries the headers of the session engine, so
//! that a refused refresh can clear the tokens; and a page of a foreign origin never makes a browser
//! act with its cookies (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet), whatever operation it
//! calls: built-in or custom, the route says which origins may ([`Origins`]).

use std::sync::Arc;

use axum::body::Body;
use http::{Request, Response, header};

use super::matching::Found;
use super::{
    Answer, Api, Origins, Route, Tenancy, body, cache_control, conditional, cors, error, legacy,
};
use crate::auth::{Auth, RequestHead};
use crate::call::Call;
use crate::error::Error;
use crate::session::CookieUse;
use crate::tenant::Tenant;

/// An operation that was asked for, in a tenant that exists.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) found: Found,
    /// Why the tenant could not be looked up, otherwise.
    tenant: Arc<Result<Arc<Tenant>, Error>>,
}

impl Asked {
    /// Looks up the tenant of an operation that belongs to one: here alone, for all operations. `None` if it does not
    /// exist: then it has no operations.
    pub(super) async fn of(auth: &Auth, found: Found) -> Option<Self> {
        let tenant = match found.route.tenancy {
            Tenancy::Tenant => auth.tenant(&found.tenant).await.transpose()?,
            Tenancy::Ignored | Tenancy::None => Ok(Tenant::public()),
        };
        let tenant = Arc::new(tenant.map(Arc::new));
        Some(Self { found, tenant })
    }
}

/// Answers one request. The recipes `sign_ins` have operations here that begin sessions.
pub(super) async fn answer(
    api: &Api,
    auth: &Auth,
    sign_ins: &Arc<[&'static str]>,
    Asked { found, tenant }: Asked,
    request: Request<Body>,
) -> Response<Body> {
    let head = auth.error_handlers().head(&request);
    let mut response = match &*tenant {
        Ok(tenant) => match read(auth, &found, tenant, request).await {
            Ok(call) => {
                let mut call = call.with_sign_ins(Arc::clone(sign_ins));
                run(api, &found, &mut call, head).await
            }
            Err(error) => error::response(&error, auth.session_config()),
        },
        Err(error) => error::response(error, auth.session_config()),
    };
    let headers = response.headers_mut();
    cache_control::forbid_storing(headers);
    if found.route.origins == Origins::AnyMayRead {
        cors::allow_any_origin(headers);
    }
    response
}

/// Reads the request as a whole, unless its origin may not send it.
async fn read(
    auth: &Auth,
    found: &Found,
    tenant: &Arc<Tenant>,
    request: Request<Body>,
) -> Result<Call, Error> {
    let (mut parts, content) = request.into_parts();
    let any_origin = found.route.origins == Origins::AnyMaySend;
    let cookies = match auth.sessions().cookie_use(&parts.headers) {
        _ if any_origin => CookieUse::Allowed,
        CookieUse::Refused if !parts.method.is_safe() => return Err(Error::ForeignOrigin),
        cookies => cookies,
    };
    if cookies == CookieUse::Ignored {
        parts.headers.remove(header::COOKIE);
    }
    let content = body::read(&parts, content, auth.config()).await?;
    Ok(Call::new(
        auth.clone(),
        parts,
        content,
        Arc::clone(tenant),
        found.params.clone(),
    )
    .with_rights(any_origin, cookies, found.route.sessions))
}

/// Calls the operation, and puts the session's headers on the answer.
async fn run(
    api: &Api,
    found: &Found,
    call: &mut Call,
    head: Option<RequestHead>,
) -> Response<Body> {
    let mut response = match api.answer(found.index, call).await {
        Ok(answer) => {
            let answer = in_the_clients_version(answer, found.route.behaviour, call);
            match call.may_be_stored_for() {
                Some(seconds) => {
                    let mut response = conditional::response(answer, call.headers());
                    cache_control::allow_storing(response.headers_mut(), seconds);
                    response
                }
                None => answer.into_response(),
            }
        }
        Err(Error::TooManyRequests {
            retry_after_seconds,
        }) if call.fdi_version().is_named() => error::too_many_requests(retry_after_seconds),
        Err(error) => error::response(&error, call.auth().session_config()),
    };
    call.finish(response.headers_mut());
    error::settle(&mut response, call.auth(), head).await;
    let effects = call.take_effects();
    if !effects.is_empty() {
        effects.apply(response.headers_mut());
        cache_control::forbid_storing_tokens(response.headers_mut());
    }
    response
}

/// Built-in answers are converted to the user shape of old clients; custom ones are as the spec says.
fn in_the_clients_version(mut answer: Answer, behaviour: &str, call: &Call) -> Answer {
    if behaviour != Route::CUSTOM
        && legacy::expects_old_shape(call.fdi_version())
        && let Some(value) = answer.value_mut()
    {
        legacy::to_old_shape(value, call.signed_in_with().as_deref());
    }
    answer
}
