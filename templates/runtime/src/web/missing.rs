//! Names in the log the operations that pages request and the server does not have.
//!
//! A page that has a recipe turned on requests its operations; where the description lacks one, the page shows that
//! something went wrong, and nothing else says why. Rules: each operation is named once; only requests of an SDK
//! count, which a scanner of the internet is not; the path is shown as in the log of requests.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method};

use super::matching::{self, Target};
use super::request_log::{method as shown_method, shown};
use super::{Api, Route};

/// How many operations are named: a client can invent any number of them.
const MOST_NAMED: usize = 100;

/// The operations that have been named.
#[derive(Debug, Default)]
pub(super) struct MissingOperations(Mutex<BTreeSet<String>>);

/// A request that may be for an operation which is not there.
pub(super) struct Wanted {
    method: Method,
    path: String,
}

impl Wanted {
    /// A request without an operation, if an SDK has sent it.
    pub(super) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Option<Self> {
        let is_of_sdk = headers.contains_key("fdi-version") || headers.contains_key("st-auth-mode");
        is_of_sdk.then(|| Self {
            method: method.clone(),
            path: path.to_owned(),
        })
    }
}

impl MissingOperations {
    /// Names an operation to which the application has no answer either.
    pub(super) fn name(&self, wanted: &Wanted, api: &Api, base_path: &str) {
        let Wanted { method, path } = wanted;
        let target = Target {
            method,
            path,
            rid: None,
        };
        let found = |routes: &mut dyn Iterator<Item = (usize, &'static Route)>| {
            matching::find(routes, base_path, target)
        };
        let missing = found(&mut api.not_mounted().map(|route| (0, route)));
        // Where an operation of this path is mounted, the request named a tenant that does not exist.
        if missing.is_none() && found(&mut api.mounted()).is_some() {
            return;
        }
        let named = format!("{} {}", shown_method(method), shown(path));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_NAMED || !known.insert(named.clone()) {
            return;
        }
        drop(known);
        match missing.map(|found| found.route.id) {
            None => tracing::warn!(
                "a page requests {named}, and the description has no such operation: add it, or turn its recipe off in \
                 the page"
            ),
            Some(id) => tracing::warn!(
                "a page requests {named}, and nothing answers `{id}`: give the group of this operation to `Endpoints`, \
                 or turn its recipe off in the page"
            ),
        }
    }
}
