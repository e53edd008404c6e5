//! The server of the description: the first that it names. Paths stand under the path of its URL.

use serde_json::Value;

use super::{Building, text};
use crate::spec::place::Place;
use crate::spec::tolerances;

/// The path that `appInfo` decides.
const BASE_PATH: &str = "apiBasePath";

impl<'f> Building<'f> {
    /// The URL of the first server, each variable with its default; empty where there is none. Says of the others where
    /// they have another path.
    pub(super) fn server(&mut self, root: &Place, main: &'f Value) -> String {
        let servers = main.get("servers").and_then(Value::as_array);
        let urls: Vec<String> = servers.into_iter().flatten().map(url).collect();
        let Some((first, others)) = urls.split_first() else {
            return String::new();
        };
        for (index, other) in others.iter().enumerate() {
            if server_path(other).trim_matches('/') != server_path(first).trim_matches('/') {
                let place = root.under("servers").item(index + 1);
                let span = self.files.at(&place.under("url"));
                let label = format!("`{}` is not served", server_path(other));
                self.tolerated
                    .note(&tolerances::IGNORED_SERVERS, span, label);
            }
        }
        first.clone()
    }
}

fn url(server: &Value) -> String {
    let mut url = text(server, "url");
    let variables = server.get("variables").and_then(Value::as_object);
    for (name, variable) in variables.into_iter().flatten() {
        if name != BASE_PATH
            && let Some(default) = variable.get("default").and_then(Value::as_str)
        {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    url
}

/// The path of a URL, which may be absolute or relative.
pub(crate) fn server_path(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => url,
    }
}
