//! Request bodies.

use openapiv3::{MediaType, RequestBody};

use super::operations::Draft;
use super::{Lowering, answers, models, tolerances};
use crate::diagnostic::Diagnostic;
use crate::ir::{Body, BodyEncoding, Type};
use crate::spec::at::{At, Slot};

/// How a form is called, and how published specs call it.
const FORM: &str = "application/x-www-form-urlencoded";
const SHORT_FORM: &str = "x-www-form-urlencoded";

/// The body of one operation.
pub(super) fn lower<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) -> Option<Body> {
    let body = find(lowering, draft)?;
    let mut encodings = Vec::new();
    let mut schema = None;
    let mut unknown = None;
    for (name, media) in body.entries("content", &body.value.content) {
        let name = name.split(';').next().unwrap_or(name).trim();
        if answers::is_json(name) {
            if !encodings.contains(&BodyEncoding::Json) {
                encodings.insert(0, BodyEncoding::Json);
                // The two forms of one body have one schema; that of JSON says more.
                schema = schema_of(&media).or(schema);
            }
        } else if name == FORM || name == SHORT_FORM {
            if name == SHORT_FORM {
                let span = lowering.key(&media.pointer);
                lowering.tolerate(&tolerances::FORM_MEDIA_TYPE, span, "");
            }
            if !encodings.contains(&BodyEncoding::Form) {
                encodings.push(BodyEncoding::Form);
                schema = schema.or_else(|| schema_of(&media));
            }
        } else {
            unknown = unknown.or(Some(media));
        }
    }
    if encodings.is_empty() {
        let media = unknown?;
        let diagnostic = Diagnostic::error(
            "unsupported-media-type",
            format!(
                "`{}` takes a body that is neither JSON nor a form",
                draft.id
            ),
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
    let needed = draft
        .built_in()
        .is_some_and(|behaviour| !behaviour.body.is_empty());
    Some(Body {
        encodings,
        ty,
        required: needed || body.value.required,
    })
}

/// The schema of the JSON body.
pub(super) fn json_schema<'d>(lowering: &Lowering<'d>, draft: &Draft<'d>) -> Option<Slot<'d>> {
    let body = find(lowering, draft)?;
    let mut media = body.entries("content", &body.value.content);
    schema_of(&media.find(|(name, _)| answers::is_json(name))?.1)
}

/// The body as the spec has it.
fn find<'d>(lowering: &Lowering<'d>, draft: &Draft<'d>) -> Option<At<&'d RequestBody>> {
    let body = draft.spec.value.request_body.as_ref()?;
    Some(lowering.resolve(draft.spec.under("requestBody", body)))
}

/// The schema of a media type.
pub(super) fn schema_of<'d>(media: &At<&'d MediaType>) -> Option<Slot<'d>> {
    let schema = media.value.schema.as_ref()?;
    Some(media.under("schema", schema).into())
}
