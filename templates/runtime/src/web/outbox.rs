//! The page `/dev/outbox`: the messages of the development outbox, with links that can be clicked.
//!
//! Its links change passwords, so rules decide who sees it:
//! - it exists only where an outbox is configured, the server listens on a loopback address, and API and
//!   website are this machine by appInfo ([`Auth::dev_outbox`]);
//! - the connection comes from this machine, and its address is known: an application that is served
//!   without `ConnectInfo` has no such page;
//! - the request names this machine as its host, so that no foreign page reads it by rebinding a name of its
//!   own to the address;
//! - no proxy has passed the request on. A proxy on this machine connects from it and, as nginx does by default,
//!   names it as the host, but on behalf of another machine. It is recognised by the headers that proxies add, or
//!   by HTTP/1.0, which is nginx's default and which no browser uses;
//! - every text in it is escaped.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderValue, Method, Request, Response, Version, header};

use super::{cache_control, previews};
use crate::app_info::is_loopback;
use crate::auth::Auth;
use crate::delivery::{Message, SentMessage};

const PATH: &str = "/dev/outbox";
const STYLE: &str = "\
    :root{color-scheme:light dark}\
    body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2.5rem auto;padding:0 1.25rem;\
    color:light-dark(#16181d,#f1f2f6);background:light-dark(#f5f6fa,#0d0e13)}\
    article{margin:1.25rem 0;padding:1.25rem 1.5rem;border-radius:14px;\
    border:1px solid light-dark(#e1e4ec,#2b2f3b);background:light-dark(#fff,#181a22)}\
    h2{margin:0;font-size:1.1rem}p{margin:.2rem 0 0;color:light-dark(#5b6170,#a3a9b8)}\
    pre{margin:1rem 0 0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}\
    a{color:light-dark(#4f46e5,#8b8cf8)}";

/// This page, or that of the previews, when it was asked for and exists.
pub(super) fn page(auth: &Auth, request: &Request<Body>) -> Option<Response<Body>> {
    let path = request.uri().path();
    if !matches!(path, PATH | previews::PATH) || *request.method() != Method::GET {
        return None;
    }
    if !is_from_this_machine(request)? {
        return None;
    }
    let outbox = auth.dev_outbox()?;
    Some(response(match path {
        PATH => html(&outbox.recent()),
        _ => previews::html(auth),
    }))
}

/// Whether a request comes from this machine, names it as its host, and no proxy has passed it on; `None` where that is not
/// known.
fn is_from_this_machine(request: &Request<Body>) -> Option<bool> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let is_from_here = peer.ip().to_canonical().is_loopback();
    Some(is_from_here && is_loopback(&format!("http://{host}")) && !is_forwarded(request))
}

/// A page that loads nothing, runs nothing, and is not stored.
fn response(html: String) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    cache_control::forbid_storing(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Whether a proxy has passed a request on, as far as that can be seen.
fn is_forwarded(request: &Request<Body>) -> bool {
    let is_of_a_proxy = |name: &str| {
        matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
    };
    let mut names = request.headers().keys();
    request.version() < Version::HTTP_11 || names.any(|name| is_of_a_proxy(name.as_str()))
}

fn html(messages: &[SentMessage]) -> String {
    let list: String = messages.iter().map(article).collect();
    let content = if list.is_empty() {
        "<p>No message yet.</p>"
    } else {
        &list
    };
    let link = format!(
        "<p><a href=\"{}\">All messages with samples</a></p>",
        previews::PATH
    );
    document("Outbox", "", &(link + content))
}

/// A page of this title, with more style than all of them have.
pub(super) fn document(title: &str, style: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}{style}</style><h1>{title}</h1>{content}\n"
    )
}

fn article(sent: &SentMessage) -> String {
    let (title, to, text) = match &sent.message {
        Message::Mail(mail) => (mail.subject.as_str(), mail.to.as_str(), &mail.text),
        Message::Sms(sms) => ("Text message", sms.to.as_str(), &sms.text),
    };
    let text: Vec<_> = text.lines().map(linked).collect();
    format!(
        "<article><h2>{}</h2><p>To {}</p><pre>{}</pre></article>",
        escaped(title),
        escaped(to),
        text.join("\n")
    )
}

/// A line; one that is a link becomes one.
fn linked(line: &str) -> String {
    let text = escaped(line);
    let is_link = line.starts_with("http://") || line.starts_with("https://");
    if is_link {
        format!("<a href=\"{text}\">{text}</a>")
    } else {
        text
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Mail, MessageSource, Sms};
    use crate::phone::PhoneNumber;

    #[test]
    fn texts_are_escaped_and_links_can_be_clicked() {
        let mail = Mail {
            id: "1".to_owned(),
            tenant_id: "public".to_owned(),
            to: "a&b@ex.co".parse().expect("an address"),
            subject: "<script>".to_owned(),
            text: "Hello\nhttps://app.test/?a=1&b=2\njavascript:alert(1)".to_owned(),
            html: None,
            source: MessageSource::default(),
        };
        let sms = Sms {
            id: "2".to_owned(),
            tenant_id: "public".to_owned(),
            to: PhoneNumber::from_normal("+36201234567").expect("a number"),
            text: "<b>123456".to_owned(),
            source: MessageSource::default(),
        };
        let sent = |message| SentMessage { at: 0, message };
        let page = html(&[sent(Message::Mail(mail)), sent(Message::Sms(sms))]);
        assert!(page.contains("To +36201234567") && page.contains("&lt;b&gt;123456"));
        assert!(!page.contains("<script>") && page.contains("a&amp;b@ex.co"));
        let link = "<a href=\"https://app.test/?a=1&amp;b=2\">";
        assert!(page.contains(link) && page.contains("\njavascript:alert(1)"));
    }
}
