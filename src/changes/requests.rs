//! What released clients send with a call, against what is read now.

use super::Effect::{Breaking, Code, Compatible, Ignored};
use super::constraints;
use super::sheet::{Direction, Place, Sheet};
use super::types::Types;
use crate::ir::{Body, BodyEncoding, BodyForm, Operation, Param, ParamPlace, Segment, Style, Type};

fn place(param: &Param) -> Place {
    let kind = match param.place {
        ParamPlace::Path => "path parameter",
        ParamPlace::Query => "query parameter",
        ParamPlace::Header => "header",
    };
    Place::root(format!("the {kind} `{}`", param.field.name.wire()))
}

/// Path parameters by their position, the others by their names.
pub(super) fn params(types: Types<'_>, sheet: &mut Sheet, old: &Operation, new: &Operation) {
    let positions = |operation: &Operation| -> Vec<String> {
        let segments = operation.path.iter().filter_map(|segment| match segment {
            Segment::Param(name) => Some(name.clone()),
            Segment::Literal(_) => None,
        });
        segments.collect()
    };
    let (old_names, new_names) = (positions(old), positions(new));
    let counterpart = |param: &Param| {
        let name = param.field.name.wire();
        let wanted = match param.place {
            ParamPlace::Path => {
                let at = new_names.iter().position(|known| known == name)?;
                old_names.get(at)?.as_str()
            }
            ParamPlace::Query | ParamPlace::Header => name,
        };
        old.params.iter().find(|other| {
            let known = other.field.name.wire();
            other.place == param.place
                && (known == wanted
                    || param.place == ParamPlace::Header && known.eq_ignore_ascii_case(wanted))
        })
    };
    let mut known = Vec::new();
    for param in &new.params {
        let place = place(param);
        match counterpart(param) {
            Some(old) => {
                known.push(old.field.name.wire());
                if param.place == ParamPlace::Path && old.field.name != param.field.name {
                    let was = old.field.name.wire();
                    let text = format!("{place} was called `{was}`");
                    sheet.note(Code, "parameter-renamed", text);
                }
                types.field(sheet, &place, &old.field, &param.field, Direction::Request);
                if old.style != param.style && is_one_kind(&old.field.ty, &param.field.ty) {
                    let text = format!("{place} is written {}", written(param));
                    sheet.note(Breaking, "parameter-style-changed", text);
                }
                if old.default != param.default && !(old.default.is_empty() && old.field.required) {
                    let text = match param.default.as_slice() {
                        [] => format!("{place} has no default"),
                        texts => format!("{place} has the default `{}`", texts.join("`, `")),
                    };
                    sheet.note(Compatible, "default-changed", text);
                }
                let pair = (old.constraints, param.constraints);
                constraints::compare(types, sheet, &place, pair, &old.field.ty);
            }
            // The route has changed, and that is said.
            None if param.place == ParamPlace::Path => {}
            None if param.field.required => {
                sheet.note(
                    Breaking,
                    "parameter-required",
                    format!("{place} must be sent"),
                );
            }
            None => {
                sheet.note(
                    Compatible,
                    "parameter-added",
                    format!("{place} can be sent"),
                );
            }
        }
    }
    for param in &old.params {
        if param.place != ParamPlace::Path && !known.contains(&param.field.name.wire()) {
            let text = format!("{} is no longer read", place(param));
            sheet.note(Ignored, "parameter-removed", text);
        }
    }
}

/// Whether both are lists, or none is: a scalar that becomes a list is said as such.
fn is_one_kind(old: &Type, new: &Type) -> bool {
    matches!(old, Type::List(_)) == matches!(new, Type::List(_))
}

/// How a parameter is written: `` `ids=a&ids=b` ``.
fn written(param: &Param) -> String {
    let name = param.field.name.wire();
    match &param.style {
        Style::Repeated => format!("`{name}=a&{name}=b`"),
        Style::DeepObject => format!("`{name}[key]=a`"),
        Style::Json => "as JSON".to_owned(),
        Style::Text { prefix, separator } => match separator {
            Some(separator) => format!("`{prefix}a{separator}b`"),
            None => format!("`{prefix}a`"),
        },
    }
}

pub(super) fn body(types: Types<'_>, sheet: &mut Sheet, old: &Operation, new: &Operation) {
    let place = Place::root(format!("the body of `{}`", new.id));
    match (&old.body, &new.body) {
        (None, Some(Body { required: true, .. })) => {
            sheet.note(Breaking, "body-required", format!("{place} must be sent"));
        }
        (None, Some(_)) => {
            sheet.note(Compatible, "body-added", format!("{place} can be sent"));
        }
        (Some(_), None) => {
            sheet.note(
                Ignored,
                "body-removed",
                format!("{place} is no longer read"),
            );
        }
        (Some(old), Some(new)) => {
            if new.required && !old.required {
                sheet.note(Breaking, "body-required", format!("{place} must be sent"));
            }
            forms(types, sheet, &place, (old, new));
        }
        (None, None) => {}
    }
}

/// What a body may be, old and new, by the names of its encodings and media types.
fn forms(types: Types<'_>, sheet: &mut Sheet, place: &Place, (old, new): (&Body, &Body)) {
    let is_one = |body: &Body| body.forms.len() == 1;
    let mut compared = Vec::new();
    for (at, form) in old.forms.iter().enumerate() {
        for name in names(form) {
            let found = new
                .forms
                .iter()
                .position(|other| names(other).contains(&name));
            let Some(found) = found else {
                let text = format!("{place} is no longer read as {name}");
                sheet.note(Breaking, "encoding-removed", text);
                continue;
            };
            if compared.contains(&(at, found)) {
                continue;
            }
            compared.push((at, found));
            let other = &new.forms[found];
            types.value(sheet, place, &form.ty, &other.ty, Direction::Request);
            let pair = (form.constraints, other.constraints);
            constraints::compare(types, sheet, place, pair, &form.ty);
        }
    }
    let known: Vec<String> = old.forms.iter().flat_map(names).collect();
    for name in new.forms.iter().flat_map(names) {
        if !known.contains(&name) {
            let text = format!("{place} may be {name}");
            sheet.note(Compatible, "encoding-added", text);
        }
    }
    if is_one(old) != is_one(new) {
        let text = match is_one(new) {
            true => format!("{place} is one value"),
            false => format!("{place} is one of several values, by its media type"),
        };
        sheet.note(Code, "body-forms-changed", text);
    }
}

/// How a form may be written: as JSON, whatever the media type is called, as a form, or as `text/csv`.
fn names(form: &BodyForm) -> Vec<String> {
    let encodings = form.encodings.iter().map(|encoding| match encoding {
        BodyEncoding::Json => "JSON".to_owned(),
        BodyEncoding::Form => "a form".to_owned(),
        BodyEncoding::Text | BodyEncoding::Bytes => format!("`{}`", form.types[0]),
    });
    encodings.collect()
}
