//! Request bodies.

use super::context::Context;
use super::drafts::Draft;
use super::media::{essence, is_json};
use super::{constraints, types};
use crate::diagnostic::Diagnostic;
use crate::ir::{Body, BodyEncoding, Method, Type};
use crate::spec::tolerances;

/// How a form is called, and how published specs call it.
const FORM: &str = "application/x-www-form-urlencoded";
const SHORT_FORM: &str = "x-www-form-urlencoded";

/// The body of one operation.
pub(super) fn lower<'d>(cx: &mut Context<'d>, draft: &Draft<'d>) -> Option<Body> {
    let body = draft.spec.body.as_ref()?;
    if matches!(draft.method, Method::Get | Method::Head) {
        let span = cx.key(&body.listed);
        cx.tolerate(
            &tolerances::UNSENDABLE_BODY,
            span,
            format!("of `{}`", draft.id),
        );
        return None;
    }
    let mut encodings = Vec::new();
    let mut schema = None;
    let mut unknown = None;
    for media in &body.content {
        let name = essence(&media.name);
        if is_json(media) {
            if !encodings.contains(&BodyEncoding::Json) {
                encodings.insert(0, BodyEncoding::Json);
                // The two forms of one body have one schema; that of JSON says more.
                schema = media.schema.as_ref().or(schema);
            }
        } else if name == FORM || name == SHORT_FORM {
            if name == SHORT_FORM {
                let span = cx.key(&media.place);
                cx.tolerate(&tolerances::FORM_MEDIA_TYPE, span, "");
            }
            if !encodings.contains(&BodyEncoding::Form) {
                encodings.push(BodyEncoding::Form);
                schema = schema.or(media.schema.as_ref());
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
        .at(cx.key(&media.place), "")
        .help(format!(
            "bodies are `application/json` or `{FORM}`; take anything else by a route of your own"
        ));
        cx.report(diagnostic);
        return None;
    }
    let hint = format!("{} Request", draft.type_name.as_str());
    let ty = match (schema, draft.built_in()) {
        (Some(schema), None) => types::whole(cx, schema, &hint),
        // It reads an object.
        (Some(schema), Some(_)) => types::ty(cx, schema, &hint).0,
        (None, _) => Type::Json,
    };
    let needed = draft
        .built_in()
        .is_some_and(|behaviour| !behaviour.body.is_empty());
    let constraints = match (schema, draft.built_in()) {
        (Some(schema), None) => Some(constraints::root(cx, schema, &hint)),
        (Some(schema), Some(_)) => {
            constraints::note_unchecked(cx, schema, &draft.id);
            None
        }
        (None, _) => None,
    };
    Some(Body {
        encodings,
        ty,
        constraints,
        required: needed || body.required,
    })
}
