//! Which format the file is in. Others are named, with the way to OpenAPI 3.0; nothing else is said
//! about such a file, because all of it would follow from that.

use serde_json::Value;

use crate::diagnostic::{Diagnostic, closest};
use crate::source::spans::SpanMap;

/// Refuses everything but OpenAPI 3.0.
pub(super) fn check(raw: &Value, spans: &SpanMap) -> Result<(), Diagnostic> {
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
            Diagnostic::error("swagger-2", "this is Swagger 2.0, not OpenAPI 3.0")
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
    let Some(text) = version.as_str() else {
        return Err(Diagnostic::error(
            "unsupported-openapi-version",
            "`openapi` must be a version such as `3.0.3`",
        )
        .at(place, "this is not a version with three parts")
        .help("write `openapi: 3.0.3`"));
    };
    if text == "3.0" || text.starts_with("3.0.") {
        return Ok(());
    }
    if text == "3.1" || text.starts_with("3.1.") {
        return Err(Diagnostic::error(
            "openapi-3-1",
            format!("this is OpenAPI {text}; only OpenAPI 3.0 is read"),
        )
        .at(place, "version 3.1")
        .help(
            "write it down to 3.0, for example with `npx @apiture/openapi-down-convert --input <file> --output api.yaml`; \
             by hand: `openapi: 3.0.3`, `nullable: true` in place of the type `null`, `enum: [x]` in place of `const: x`",
        ));
    }
    Err(Diagnostic::error(
        "unsupported-openapi-version",
        format!("OpenAPI `{text}` is not supported"),
    )
    .at(place, "only 3.0 is read")
    .help("write the description in OpenAPI 3.0, such as `openapi: 3.0.3`"))
}
