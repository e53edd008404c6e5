//! Which format the file is in. Others than OpenAPI 3 are named, with the way to it; nothing else is
//! said about such a file, because all of it would follow from that.

use serde_json::Value;

use super::shape::Version;
use crate::diagnostic::{Diagnostic, closest};
use crate::source::spans::SpanMap;

/// The version of OpenAPI 3 that a file is written in.
pub(super) fn check(raw: &Value, spans: &SpanMap) -> Result<Version, Diagnostic> {
    let Some(members) = raw.as_object() else {
        return Err(
            Diagnostic::error("not-openapi", "this is not an OpenAPI description")
                .at(
                    spans.key(""),
                    "the file must be a mapping that starts with `openapi: 3.0.3`",
                )
                .help("check that this is the right file"),
        );
    };
    if members.contains_key("swagger") {
        return Err(
            Diagnostic::error("swagger-2", "this is Swagger 2.0, not OpenAPI 3")
                .at(spans.at("/swagger"), "version 2.0")
                .help("convert it, for example with `npx swagger2openapi --yaml --outfile api.yaml <file>`"),
        );
    }
    let Some(version) = members.get("openapi") else {
        let help = match closest("openapi", members.keys().map(String::as_str)) {
            Some(nearest) => format!("did you mean `openapi` where `{nearest}` stands?"),
            None => "an OpenAPI description starts with `openapi: 3.0.3`; check that this is the right file".into(),
        };
        return Err(Diagnostic::error(
            "not-openapi",
            "this is not an OpenAPI description: it has no `openapi` key",
        )
        .at(spans.key(""), "`openapi: 3.0.3` should stand beside this")
        .help(help));
    };
    let place = spans.at("/openapi");
    // Without quotation marks `3.0` is a number, and still clear.
    let text = match version {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for version in [Version::V3_0, Version::V3_1, Version::V3_2] {
        let minor = text.strip_prefix(version.as_str());
        if minor.is_some_and(|patch| patch.starts_with('.')) {
            return Ok(version);
        }
        if minor == Some("") {
            return Err(Diagnostic::error(
                "unsupported-openapi-version",
                "`openapi` must be a version with three parts",
            )
            .at(place, "a part is missing")
            .help(format!("write `openapi: {}.0`", version.as_str())));
        }
    }
    Err(Diagnostic::error(
        "unsupported-openapi-version",
        format!("OpenAPI {text} is not supported"),
    )
    .at(place, "only 3.0, 3.1 and 3.2 are read")
    .help("write the description in one of them, such as `openapi: 3.0.3`"))
}
