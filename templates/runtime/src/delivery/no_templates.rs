//! The place of the templates of messages in a program whose recipes send none.

use std::path::Path;

use http::HeaderMap;

use super::Language;
use super::kind::{About, Content, Kind, Written};
use crate::error::Error;

/// No template.
pub(crate) struct Templates;

impl Templates {
    /// Ignores everything: there is no kind of message.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn open(
        _kinds: &[Kind],
        _folder: Option<&Path>,
        _app_name: &str,
        _default: &Language,
    ) -> Result<Self, String> {
        Ok(Self)
    }

    /// The same.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn read(
        _kinds: &[Kind],
        _folder: Option<&Path>,
        _default: &Language,
    ) -> Result<Self, String> {
        Ok(Self)
    }

    /// There is a text in no language.
    pub(crate) fn language(&self, _headers: &HeaderMap) -> Option<&Language> {
        None
    }

    /// There is a text in no language.
    pub(crate) fn has(&self, _language: &Language) -> bool {
        false
    }

    /// No file.
    pub(crate) fn built_in(_kinds: &[Kind]) -> Vec<(String, &'static str)> {
        Vec::new()
    }

    /// No message.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn samples(
        &self,
        _kinds: &[Kind],
        _app_name: &str,
    ) -> Result<Vec<(Kind, Written)>, String> {
        Ok(Vec::new())
    }

    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn message(
        &self,
        kind: Kind,
        _language: Option<&Language>,
        _about: &About<'_>,
        _content: &Content,
    ) -> Result<Written, Error> {
        Err(Error::internal(format!("no text for `{}`", kind.name)))
    }
}
