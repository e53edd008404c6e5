//! Request bodies.

use super::context::Context;
use super::drafts::Draft;
use super::media::{self, Form, essence};
use super::{constraints, types};
use crate::diagnostic::Diagnostic;
use crate::ir::{Body, BodyEncoding, BodyForm, Format, Method, Type};
use crate::name::{Namer, VariantName};
use crate::spec::document::{Media, Slot};
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
    let mut forms: Vec<Found<'d>> = Vec::new();
    for media in &body.content {
        add(cx, draft, media, &mut forms);
    }
    if forms.is_empty() {
        let media = body.content.first()?;
        let diagnostic = Diagnostic::error(
            "unsupported-media-type",
            format!("`{}` takes a body that cannot be read", draft.id),
        )
        .at(cx.key(&media.place), "")
        .help(format!(
            "a body is `application/json`, `{FORM}`, text or bytes: send a file as the body itself and what belongs to it as parameters, or take anything else by a route of your own"
        ));
        cx.report(diagnostic);
        return None;
    }
    // A body without a media type is of the first form.
    forms.sort_by_key(|form| !form.encodings.contains(&BodyEncoding::Json));
    let hint = format!("{} Request", draft.type_name.as_str());
    let is_one = forms.len() == 1;
    let mut names = Namer::default();
    let forms = forms.into_iter().map(|form| {
        let name = form.name();
        let hint = match is_one {
            true => hint.clone(),
            false => format!("{hint} {name}"),
        };
        finish(cx, draft, form, names.variant(&name), &hint)
    });
    let forms: Vec<BodyForm> = forms.collect();
    let name = format!("{} Body", draft.type_name.as_str());
    let name = match is_one {
        // It is not emitted, and takes no name from others.
        true => Namer::default().type_name(&name),
        false => cx.types.type_name(&name),
    };
    let needed = draft
        .built_in()
        .is_some_and(|behaviour| !behaviour.body.is_empty());
    Some(Body {
        forms,
        name,
        required: needed || body.required,
    })
}

/// One form of a body before it has a type.
struct Found<'d> {
    /// JSON first.
    encodings: Vec<BodyEncoding>,
    types: Vec<String>,
    schema: Option<&'d Slot>,
}

impl Found<'_> {
    /// What the form is named after.
    fn name(&self) -> String {
        match self.encodings.as_slice() {
            [BodyEncoding::Json, ..] if media::is_plain_json(&self.types[0]) => "json".to_owned(),
            [BodyEncoding::Form] => "form".to_owned(),
            _ => {
                let (kind, subtype) = self.types[0]
                    .split_once('/')
                    .unwrap_or(("", &self.types[0]));
                let name = if subtype == "*" { kind } else { subtype };
                name.to_owned()
            }
        }
    }
}

/// Adds a media type to the form that it is of. JSON and a form with one schema are one; a built-in reads them alone, by the
/// first schema.
fn add<'d>(cx: &mut Context<'d>, draft: &Draft<'d>, media: &'d Media, forms: &mut Vec<Found<'d>>) {
    let name = essence(&media.name);
    if name == SHORT_FORM {
        let span = cx.key(&media.place);
        cx.tolerate(&tolerances::FORM_MEDIA_TYPE, span, "");
    }
    let form = media::form(cx, media);
    let is_form = matches!(name.as_str(), FORM | SHORT_FORM);
    let encoding = match form {
        _ if is_form => BodyEncoding::Form,
        Form::Json => BodyEncoding::Json,
        Form::Text | Form::Events => BodyEncoding::Text,
        Form::Bytes | Form::Range => BodyEncoding::Bytes,
        Form::Parts => {
            note_unread(cx, draft, media);
            return;
        }
    };
    let is_built_in = draft.built_in().is_some();
    let is_value = matches!(encoding, BodyEncoding::Json | BodyEncoding::Form);
    if is_built_in && !is_value {
        note_unread(cx, draft, media);
        return;
    }
    if !is_value {
        media::note_schema(cx, media);
    }
    let schema = media.schema.as_ref();
    let name = if is_form { FORM.to_owned() } else { name };
    let same = forms.iter_mut().find(|known| {
        let says_the_same = known.schema.is_none()
            || schema.is_none()
            || media::is_same_schema(known.schema, schema);
        let is_known_value = known
            .encodings
            .iter()
            .all(|it| matches!(it, BodyEncoding::Json | BodyEncoding::Form));
        is_value && is_known_value && (is_built_in || says_the_same)
    });
    let Some(known) = same else {
        forms.push(Found {
            encodings: vec![encoding],
            types: vec![name],
            schema,
        });
        return;
    };
    if encoding == BodyEncoding::Json && !known.encodings.contains(&encoding) {
        known.encodings.insert(0, encoding);
        known.types.insert(0, name);
        // The schema of JSON says more.
        known.schema = schema.or(known.schema);
        return;
    }
    known.types.push(name);
    known.schema = known.schema.or(schema);
    if !known.encodings.contains(&encoding) {
        known.encodings.push(encoding);
    }
}

/// A media type that nothing here reads; where it is the only one, that is an error of its own.
fn note_unread(cx: &mut Context<'_>, draft: &Draft<'_>, media: &Media) {
    let body = draft.spec.body.iter();
    if body.flat_map(|body| &body.content).count() > 1 {
        let span = cx.key(&media.place);
        let label = format!("`{}`", essence(&media.name));
        cx.tolerate(&tolerances::UNREAD_MEDIA_TYPE, span, label);
    }
}

/// The type of a form, and what it must keep to.
fn finish<'d>(
    cx: &mut Context<'d>,
    draft: &Draft<'d>,
    form: Found<'d>,
    name: VariantName,
    hint: &str,
) -> BodyForm {
    let is_raw = matches!(form.encodings[0], BodyEncoding::Text | BodyEncoding::Bytes);
    let ty = match (form.schema, draft.built_in()) {
        _ if is_raw => Type::String(Format::Plain),
        (Some(schema), None) => types::whole(cx, schema, hint),
        // It reads an object.
        (Some(schema), Some(_)) => types::ty(cx, schema, hint).0,
        (None, _) => Type::Json,
    };
    let constraints = match (form.schema, draft.built_in()) {
        // Bytes are no values.
        _ if form.encodings[0] == BodyEncoding::Bytes => None,
        (Some(schema), None) => Some(constraints::root(cx, schema, hint)),
        (Some(schema), Some(_)) => {
            constraints::note_unchecked(cx, schema, &draft.id);
            None
        }
        (None, _) => None,
    };
    BodyForm {
        name,
        encodings: form.encodings,
        types: form.types,
        ty,
        constraints,
    }
}
