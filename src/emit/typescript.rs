//! The TypeScript client.

use crate::ir::Api;
use crate::settings::Settings;
use crate::tree::Tree;

/// The files of `client/`.
pub(crate) fn emit(_api: &Api, _settings: &Settings, _tree: &mut Tree) {}
