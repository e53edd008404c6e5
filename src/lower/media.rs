//! Media types.

use crate::spec::document::Media;

/// Whether a media type is JSON.
pub(super) fn is_json(media: &Media) -> bool {
    let name = essence(&media.name);
    matches!(
        name,
        "application/json" | "*/*" | "application/*" | "text/json"
    ) || name.ends_with("+json")
}

/// A media type without its parameters.
pub(super) fn essence(name: &str) -> &str {
    name.split(';').next().unwrap_or(name).trim()
}
