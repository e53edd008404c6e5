//! The HTTP statuses of outcomes, as code and as text.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::ir::{Arm, ArmBody, Statuses};

/// The field that names the status of an arm that may have several.
pub(super) fn field(arm: &Arm) -> Option<&'static str> {
    arm.statuses.only().is_none().then(|| {
        let is_taken = match &arm.body {
            ArmBody::Object(fields) => fields
                .iter()
                .any(|field| field.name.rust() == "http_status"),
            _ => false,
        };
        match is_taken {
            true => "answer_http_status",
            false => "http_status",
        }
    })
}

/// Which statuses a variant stands for.
pub(super) fn text(statuses: &Statuses) -> String {
    match statuses {
        Statuses::One(code) => format!("Status code {code}."),
        Statuses::Several { ranges, except, .. } => {
            let ranges = ranges.iter().map(|(from, to)| format!("{from} to {to}"));
            let ranges = ranges.collect::<Vec<_>>().join(" or ");
            let except: Vec<String> = except.iter().map(u16::to_string).collect();
            let but = match except.is_empty() {
                true => String::new(),
                false => format!(", but not {}", except.join(", ")),
            };
            format!(
                "A status code from {ranges}{but}: the method names it, and any other is an error of the server."
            )
        }
    }
}

/// The status code of an arm, as an expression.
pub(super) fn expression(arm: &Arm) -> TokenStream {
    match &arm.statuses {
        Statuses::One(code) => constant(*code),
        Statuses::Several { ranges, except, .. } => {
            let name = format_ident!("{}", field(arm).unwrap_or_default());
            let number = |code: &u16| Literal::u16_unsuffixed(*code);
            let ranges = ranges.iter().map(|(from, to)| {
                let (from, to) = (number(from), number(to));
                quote!(#from..=#to)
            });
            let except = except.iter().map(number);
            quote!(Answer::documented(#name, &[#(#ranges),*], &[#(#except),*])?)
        }
    }
}

/// The constant of the `http` crate.
pub(super) fn constant(code: u16) -> TokenStream {
    match name(code) {
        Some(name) => {
            let name = format_ident!("{name}");
            quote!(StatusCode::#name)
        }
        None => quote!(StatusCode::from_u16(#code).map_err(Error::internal)?),
    }
}

/// Its name in the `http` crate.
pub(super) fn name(code: u16) -> Option<&'static str> {
    Some(match code {
        200 => "OK",
        201 => "CREATED",
        202 => "ACCEPTED",
        203 => "NON_AUTHORITATIVE_INFORMATION",
        204 => "NO_CONTENT",
        205 => "RESET_CONTENT",
        206 => "PARTIAL_CONTENT",
        300 => "MULTIPLE_CHOICES",
        301 => "MOVED_PERMANENTLY",
        302 => "FOUND",
        303 => "SEE_OTHER",
        304 => "NOT_MODIFIED",
        307 => "TEMPORARY_REDIRECT",
        308 => "PERMANENT_REDIRECT",
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        402 => "PAYMENT_REQUIRED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        406 => "NOT_ACCEPTABLE",
        408 => "REQUEST_TIMEOUT",
        409 => "CONFLICT",
        410 => "GONE",
        411 => "LENGTH_REQUIRED",
        412 => "PRECONDITION_FAILED",
        413 => "PAYLOAD_TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        418 => "IM_A_TEAPOT",
        422 => "UNPROCESSABLE_ENTITY",
        423 => "LOCKED",
        424 => "FAILED_DEPENDENCY",
        428 => "PRECONDITION_REQUIRED",
        429 => "TOO_MANY_REQUESTS",
        451 => "UNAVAILABLE_FOR_LEGAL_REASONS",
        500 => "INTERNAL_SERVER_ERROR",
        501 => "NOT_IMPLEMENTED",
        502 => "BAD_GATEWAY",
        503 => "SERVICE_UNAVAILABLE",
        504 => "GATEWAY_TIMEOUT",
        507 => "INSUFFICIENT_STORAGE",
        _ => return None,
    })
}
