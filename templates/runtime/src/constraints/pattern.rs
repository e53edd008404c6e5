//! `pattern`: regular expressions of ECMA 262.
//!
//! They backtrack, so that one with a repetition within a repetition can take exponential time (OWASP,
//! Regular expression Denial of Service): auth-gen warns about such a pattern, and what a description
//! says of the length of a text is checked before its pattern.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regress::Regex;

use super::shared::regex;

/// Whether a pattern matches anywhere in a text. One that is no pattern matches nothing; auth-gen refuses it.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    compiled(pattern).is_some_and(|regex| regex.find(text).is_some())
}

/// Patterns and what they are compiled to; `None` for one that is no pattern.
type Compiled = HashMap<&'static str, Option<Arc<Regex>>>;

/// The patterns of a server are few, and each is compiled once.
fn compiled(pattern: &'static str) -> Option<Arc<Regex>> {
    static KNOWN: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = known.entry(pattern);
    let compiled = entry.or_insert_with(|| regex(pattern).ok().map(Arc::new));
    compiled.clone()
}
