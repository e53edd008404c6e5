//! From a request whose operation is known to its response.
//!
//! Rule: every answer, the failed ones included, carries what the session engine wants to put on it, so
//! that a refused refresh can take the tokens away.

use axum::body::Body;
use http::{HeaderValue, Request, Response, StatusCode, header};

use super::matching::Found;
use super::{Answer, Api, body, cache_control, cors, error, legacy, origin};
use crate::auth::{Auth, RequestHead};
use crate::call::Call;
use crate::error::Error;

/// Answers one request.
pub(super) async fn answer<A: Api>(
    api: &A,
    auth: &Auth,
    found: Found<A::Operation>,
    request: Request<Body>,
) -> Response<Body> {
    let behaviour = found.route.behaviour;
    let head = auth.error_handlers().head(&request);
    let mut response = if origin::is_foreign(behaviour, request.headers(), auth.app_info()) {
        let text = "This request must come from the website";
        error::message(StatusCode::FORBIDDEN, text)
    } else {
        match read(auth, &found, request).await {
            Ok(mut call) => run(api, &found, &mut call, head).await,
            Err(error) => error::response(&error, auth.session_config()),
        }
    };
    let headers = response.headers_mut();
    cache_control::forbid_storing(headers);
    if cors::is_for_everybody(behaviour) {
        cors::allow_everybody(headers);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Reads the request as a whole.
async fn read<O>(auth: &Auth, found: &Found<O>, request: Request<Body>) -> Result<Call, Error> {
    let (parts, content) = request.into_parts();
    let content = body::read(&parts, content, auth.config()).await?;
    Ok(Call::new(
        auth.clone(),
        parts,
        content,
        found.tenant.clone(),
        found.params.clone(),
    ))
}

/// Lets the operation answer, and puts the session's headers on the answer.
async fn run<A: Api>(
    api: &A,
    found: &Found<A::Operation>,
    call: &mut Call,
    head: Option<RequestHead>,
) -> Response<Body> {
    let mut response = match api.handle(found.route.operation, call).await {
        Ok(answer) => {
            let mut response =
                in_the_clients_version(answer, found.route.behaviour, call).into_response();
            if let Some(seconds) = call.may_be_stored_for() {
                cache_control::allow_storing(response.headers_mut(), seconds);
            }
            response
        }
        Err(error) => error::response(&error, call.auth().session_config()),
    };
    error::settle(&mut response, call.auth(), head).await;
    let effects = call.take_effects();
    if !effects.is_empty() {
        effects.apply(response.headers_mut());
        cache_control::forbid_storing_tokens(response.headers_mut());
    }
    response
}

/// Built-in answers know the user shape of old clients; custom ones are as the spec says.
fn in_the_clients_version(mut answer: Answer, behaviour: &str, call: &Call) -> Answer {
    if behaviour != "custom"
        && legacy::wants_old_shape(call.fdi_version())
        && let Some(value) = answer.value_mut()
    {
        legacy::to_old_shape(value, call.signed_in_with());
    }
    answer
}
