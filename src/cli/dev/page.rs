//! The login page of `auth-gen dev`, served where appInfo says the website is.
//!
//! It is the generated client's own `<auth-login>` with a look at the session beside it, so that
//! everything can be tried before there is a website. Rules: it listens on a loopback address only,
//! answers nothing but GET, and keeps off where something else listens already: that will be the
//! website itself.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::http::{self, Request, Response};
use crate::tree::Tree;

/// Where the files of the page are; no website has such a path.
const FILES: &str = "/.auth-gen/";
const PAGE: &str = include_str!("../../../templates/dev/page.html");
const STYLE: &str = include_str!("../../../templates/dev/page.css");
const SCRIPT: &str = include_str!("../../../templates/dev/page.js");

/// What the page shows and talks to.
#[derive(Debug)]
pub(super) struct Site {
    /// The name of the application.
    pub(super) app_name: String,
    /// The origin of the API.
    pub(super) api_domain: String,
    /// The path of the auth APIs.
    pub(super) api_base_path: String,
    /// The path of the login page: `/auth`.
    pub(super) base_path: String,
    /// The page that shows the mails, where there is one.
    pub(super) outbox: Option<String>,
    /// The public keys, where the spec has them.
    pub(super) jwks: Option<String>,
    /// The ids of providers for a sign-in, where the one of this command is among them.
    pub(super) providers: Option<Vec<String>>,
    /// Where codes go, where the settings say so: `email`, `phone`, or both.
    pub(super) contact: Option<&'static str>,
}

/// What the attribute `contact` of the form is, by the setting of the server for it.
pub(super) fn contact(setting: Option<&str>) -> Option<&'static str> {
    match setting {
        Some("PHONE") => Some("phone"),
        Some("EMAIL_OR_PHONE") => Some("email phone"),
        _ => None,
    }
}

/// The page that is served, which can be replaced.
#[derive(Clone)]
pub(super) struct Page(Arc<Mutex<Arc<Pages>>>);

impl Page {
    /// Shows another state of the project; open pages load it.
    pub(super) fn replace(&self, site: &Site, tree: &Tree) {
        self.set(|old| Pages {
            version: old.version + 1,
            ..Pages::new(site, tree)
        });
    }

    /// Shows what is wrong on every open page, until the next change.
    pub(super) fn tell(&self, problem: &str) {
        self.set(|old| Pages {
            problem: Some(problem.to_owned()),
            ..old.clone()
        });
    }

    fn set(&self, change: impl FnOnce(&Pages) -> Pages) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *pages = Arc::new(change(&pages));
    }

    fn now(&self) -> Arc<Pages> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves the page until this process ends.
///
/// # Errors
/// When the address is taken.
pub(super) fn serve(listen: SocketAddr, site: &Site, tree: &Tree) -> std::io::Result<Page> {
    let listener = TcpListener::bind(listen)?;
    let page = Page(Arc::new(Mutex::new(Arc::new(Pages::new(site, tree)))));
    let served = page.clone();
    http::serve(listener, move |request| served.now().answer(request));
    Ok(page)
}

/// Everything that is served, by path.
#[derive(Clone)]
struct Pages {
    /// Counts the changes.
    version: u32,
    /// What is wrong with the newest input.
    problem: Option<String>,
    base_path: String,
    policy: String,
    files: BTreeMap<String, String>,
}

impl Pages {
    fn new(site: &Site, tree: &Tree) -> Self {
        let mut files: BTreeMap<String, String> = tree
            .iter()
            .filter_map(|(path, text)| {
                let path = path.strip_prefix("client/")?;
                path.ends_with(".js")
                    .then(|| (path.to_owned(), text.to_owned()))
            })
            .collect();
        files.insert("page.css".to_owned(), STYLE.to_owned());
        files.insert("page.js".to_owned(), SCRIPT.to_owned());
        files.insert("config.js".to_owned(), site.config());
        Self {
            version: 0,
            problem: None,
            base_path: site.base_path.clone(),
            policy: format!(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
                 connect-src 'self' {}; base-uri 'none'; frame-ancestors 'none'",
                site.api_domain
            ),
            files,
        }
    }

    fn answer(&self, request: &Request) -> Response {
        let found = match request.method.as_str() {
            "GET" => self.find(&request.path),
            _ => Found::Nothing,
        };
        let response = match found {
            Found::Status(text) => Response::file("application/json", text),
            Found::File(kind, text) => Response::file(kind, text),
            Found::Elsewhere(path) => Response::redirect("302 Found", path),
            Found::Nothing => Response::not_found(),
        };
        response.with_header("Content-Security-Policy", self.policy.as_str())
    }

    /// The answer to `GET path`: status, type, and body; or the path to go to instead.
    fn find(&self, path: &str) -> Found<'_> {
        if let Some(file) = path.strip_prefix(FILES) {
            if file == "status.json" {
                let status = json!({ "version": self.version, "problem": self.problem });
                return Found::Status(status.to_string());
            }
            return match self.files.get(file) {
                Some(text) if file.ends_with(".css") => Found::File("text/css", text),
                Some(text) => Found::File("text/javascript", text),
                None => Found::Nothing,
            };
        }
        match path.strip_prefix(self.base_path.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                Found::File("text/html", PAGE)
            }
            _ if path == "/" => Found::Elsewhere(&self.base_path),
            _ => Found::Nothing,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Found<'a> {
    File(&'static str, &'a str),
    Elsewhere(&'a str),
    Status(String),
    Nothing,
}

impl Site {
    /// A module of constants.
    fn config(&self) -> String {
        let values: [(&str, Value); 7] = [
            ("appName", json!(self.app_name)),
            ("apiDomain", json!(self.api_domain)),
            ("apiBasePath", json!(self.api_base_path)),
            ("outbox", json!(self.outbox)),
            ("jwks", json!(self.jwks)),
            ("providers", json!(self.providers)),
            ("contact", json!(self.contact)),
        ];
        values
            .iter()
            .map(|(name, value)| format!("export const {name} = {value};\n"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(base_path: &str) -> Site {
        Site {
            app_name: "An \"app\"".to_owned(),
            api_domain: "http://localhost:3001".to_owned(),
            api_base_path: "/auth".to_owned(),
            base_path: base_path.to_owned(),
            outbox: Some("http://localhost:3001/dev/outbox".to_owned()),
            jwks: None,
            providers: Some(vec!["example".to_owned()]),
            contact: None,
        }
    }

    impl Found<'_> {
        fn json(&self) -> Value {
            match self {
                Self::Status(text) => serde_json::from_str(text).expect("it is JSON"),
                other => panic!("{other:?} is not the status"),
            }
        }
    }

    fn pages(base_path: &str) -> Pages {
        let mut tree = Tree::default();
        tree.insert("client/js/index.js", "export {};");
        tree.insert("client/js/index.d.ts", "");
        Pages::new(&site(base_path), &tree)
    }

    #[test]
    fn the_page_is_wherever_the_mails_link_to() {
        let own = pages("/auth");
        for path in ["/auth", "/auth/", "/auth/reset-password"] {
            assert_eq!(own.find(path), Found::File("text/html", PAGE), "{path}");
        }
        assert_eq!(own.find("/"), Found::Elsewhere("/auth"));
        assert_eq!(own.find("/authority"), Found::Nothing);
        let root = pages("");
        assert_eq!(root.find("/"), Found::File("text/html", PAGE));
        assert_eq!(root.find("/reset-password"), Found::File("text/html", PAGE));
    }

    #[test]
    fn scripts_are_served_and_nothing_else_of_the_output() {
        let pages = pages("/auth");
        let script = Found::File("text/javascript", "export {};");
        assert_eq!(pages.find("/.auth-gen/js/index.js"), script);
        assert_eq!(pages.find("/.auth-gen/js/index.d.ts"), Found::Nothing);
        assert_eq!(pages.find("/.auth-gen/../server/main.rs"), Found::Nothing);
    }

    #[test]
    fn values_are_written_as_literals() {
        assert!(
            site("/auth")
                .config()
                .starts_with("export const appName = \"An \\\"app\\\"\";\n")
        );
    }

    #[test]
    fn a_browser_gets_the_page() {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let listen = free.local_addr().expect("it has an address");
        drop(free);
        serve(listen, &site("/auth"), &Tree::default()).expect("the port is free");
        let request = "GET /auth?show=signup HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let text = http::exchange(listen, request);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"));
        assert!(text.ends_with("</html>\n"));
        assert!(serve(listen, &site("/auth"), &Tree::default()).is_err());
    }

    #[test]
    fn open_pages_hear_of_changes_and_problems() {
        let page = Page(Arc::new(Mutex::new(Arc::new(pages("/auth")))));
        let status = || page.now().find("/.auth-gen/status.json").json();
        assert_eq!(status(), json!({ "version": 0, "problem": null }));
        page.tell("error: no");
        assert_eq!(status(), json!({ "version": 0, "problem": "error: no" }));
        page.replace(&site("/auth"), &Tree::default());
        assert_eq!(status(), json!({ "version": 1, "problem": null }));
    }
}
