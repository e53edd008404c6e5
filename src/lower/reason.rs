//! Names for answers that have no literal: those of RFC 9110.

use crate::ir::Statuses;

/// A name for what an answer says by its status: that of the status or of its class (RFC 9110 §15).
pub(super) fn reason(statuses: &Statuses) -> String {
    match statuses {
        Statuses::One(http) => of_code(*http),
        Statuses::Several { written, .. } => match written.as_bytes().first() {
            Some(b'2') => "Success".to_owned(),
            Some(b'3') => "Redirection".to_owned(),
            Some(b'4') => "ClientError".to_owned(),
            Some(b'5') => "ServerError".to_owned(),
            _ => "Other".to_owned(),
        },
    }
}

fn of_code(http: u16) -> String {
    let name = match http {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        204 => "NoContent",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "ContentTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableContent",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        _ => return format!("Status{http}"),
    };
    name.to_owned()
}
