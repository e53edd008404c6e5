//! The page `/dev/messages`: each mail and text message with samples, in each language, as the templates are now. It exists
//! where the page of the outbox does, and for the same requests.

use axum::body::Body;
use http::{Method, Request, Response};

use super::outbox::{STYLE, escaped, is_from_this_machine, response};
use crate::auth::Auth;
use crate::delivery::{Kind, Written};

const PATH: &str = "/dev/messages";

const FRAME: &str =
    "iframe{display:block;width:100%;height:30rem;margin:1rem 0 0;border:0;border-radius:10px}";

/// The page, when it was asked for and exists.
pub(super) fn page(auth: &Auth, request: &Request<Body>) -> Option<Response<Body>> {
    if request.uri().path() != PATH || *request.method() != Method::GET {
        return None;
    }
    if !is_from_this_machine(request)? {
        return None;
    }
    auth.dev_outbox()?;
    let content = match auth.message_samples() {
        Ok(samples) => samples.iter().map(article).collect(),
        Err(error) => format!("<p>{}</p>", escaped(&error.to_string())),
    };
    Some(response(format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>Messages</title>\
         <style>{STYLE}{FRAME}</style><h1>Messages</h1>{content}\n"
    )))
}

fn article((kind, written): &(Kind, Written)) -> String {
    let title = format!("{}.{}.txt", kind.name, written.language);
    let text = escaped(&written.text);
    let shown = if kind.is_mail {
        format!(
            "<p>{}</p><pre>{text}</pre><iframe sandbox loading=lazy title=HTML srcdoc=\"{}\"></iframe>",
            escaped(&written.subject),
            escaped(&written.html)
        )
    } else {
        format!("<pre>{text}</pre>")
    };
    format!("<article><h2>{}</h2>{shown}</article>", escaped(&title))
}
