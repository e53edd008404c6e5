//! Media types.

use crate::spec::document::Media;

/// Whether a media type is JSON.
pub(super) fn is_json(media: &Media) -> bool {
    is_json_name(&media.name)
}

/// Whether the name of a media type is one of JSON.
pub(super) fn is_json_name(name: &str) -> bool {
    let name = essence(name);
    matches!(
        name,
        "application/json" | "*/*" | "application/*" | "text/json"
    ) || name.ends_with("+json")
}

/// A media type without its parameters.
pub(super) fn essence(name: &str) -> &str {
    name.split(';').next().unwrap_or(name).trim()
}
