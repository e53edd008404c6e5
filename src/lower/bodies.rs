//! Request bodies.

use super::node::Node;
use super::operations::Draft;
use super::{Lowering, answers, models, tolerances};
use crate::diagnostic::Diagnostic;
use crate::ir::{Body, BodyEncoding, Type};

/// How a form is called, and how published specs call it.
const FORM: &str = "application/x-www-form-urlencoded";
const SHORT_FORM: &str = "x-www-form-urlencoded";

/// The body of one operation.
pub(super) fn lower<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) -> Option<Body> {
    let body = lowering.resolve(draft.node.get("requestBody")?);
    let content = body.get("content")?;
    let mut encodings = Vec::new();
    let mut schema = None;
    let mut unknown = None;
    for (name, media) in content.entries() {
        let name = name.split(';').next().unwrap_or(name).trim();
        if answers::is_json(name) {
            if !encodings.contains(&BodyEncoding::Json) {
                encodings.insert(0, BodyEncoding::Json);
                // The two forms of one body have one schema; that of JSON says more.
                schema = media.get("schema").or(schema);
            }
        } else if name == FORM || name == SHORT_FORM {
            if name == SHORT_FORM {
                let span = lowering.key(&media.pointer);
                lowering.tolerate(&tolerances::FORM_MEDIA_TYPE, span, "");
            }
            if !encodings.contains(&BodyEncoding::Form) {
                encodings.push(BodyEncoding::Form);
                schema = schema.or_else(|| media.get("schema"));
            }
        } else {
            unknown = unknown.or(Some(media));
        }
    }
    if encodings.is_empty() {
        let media = unknown?;
        let diagnostic = Diagnostic::error(
            "unsupported-media-type",
            format!("`{}` takes a body that is neither JSON nor a form", draft.id),
        )
        .at(lowering.key(&media.pointer), "")
        .help(format!(
            "bodies are `application/json` or `{FORM}`; take anything else by a route of your own"
        ));
        lowering.report(diagnostic);
        return None;
    }
    let hint = format!("{} Request", draft.type_name.as_str());
    let ty = match schema {
        Some(schema) => models::ty(lowering, schema, &hint).0,
        None => Type::Json,
    };
    let needed = draft.built_in().is_some_and(|behaviour| !behaviour.body.is_empty());
    Some(Body {
        encodings,
        ty,
        required: needed || body.is_true("required"),
    })
}

/// The schema of the JSON body.
pub(super) fn json_schema<'d>(lowering: &Lowering<'d>, draft: &Draft<'d>) -> Option<Node<'d>> {
    let body = lowering.resolve(draft.node.get("requestBody")?);
    let mut media = body.get("content")?.entries();
    media.find(|(name, _)| answers::is_json(name))?.1.get("schema")
}
