//! Where something stands: a file of the description, and a pointer into it.

use std::sync::Arc;

use crate::source::spans::SpanMap;

/// The place of a value. Every value of a description has one, in each stage: copies share the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// Index of the file; 0 is the one that was named.
    pub(crate) file: usize,
    /// RFC 6901 pointer from the root of that file.
    pub(crate) pointer: Arc<str>,
}

impl Place {
    /// The root of a file.
    pub(crate) fn root(file: usize) -> Self {
        Self {
            file,
            pointer: Arc::default(),
        }
    }

    /// The value under a key of this one.
    pub(crate) fn under(&self, key: &str) -> Self {
        let mut pointer = String::with_capacity(self.pointer.len() + key.len() + 1);
        pointer.push_str(&self.pointer);
        pointer.push('/');
        if key.contains(['~', '/']) {
            pointer.push_str(&SpanMap::escape(key));
        } else {
            pointer.push_str(key);
        }
        Self {
            file: self.file,
            pointer: pointer.into(),
        }
    }

    /// The item of a list.
    pub(crate) fn item(&self, index: usize) -> Self {
        self.under(&index.to_string())
    }

    /// The last key, unescaped; empty for a root.
    pub(crate) fn last(&self) -> String {
        let last = self.pointer.rsplit('/').next().unwrap_or_default();
        unescaped(last)
    }

    /// The component of the main file that this place is part of: `User` for all of
    /// `/components/schemas/User/…`.
    pub(crate) fn within_component(&self) -> Option<String> {
        let rest = self.pointer.strip_prefix("/components/")?;
        rest.split('/').nth(1).map(unescaped)
    }
}

/// A segment of a pointer as it was before it was escaped.
fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
