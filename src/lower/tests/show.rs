//! An `Api` as a few lines of text, so that a test can say what it expects.

use std::fmt::Write;

use crate::ir::{
    Alternative, Api, ArmBody, Auth, Behaviour, Constraint, Field, Number, Operation, Segment,
    Shape, Statuses, Tenancy, Type,
};

/// Every operation and every model.
pub(super) fn show(api: &Api) -> String {
    let mut text = String::new();
    for operation in &api.operations {
        show_operation(api, operation, &mut text);
    }
    show_models(api, &mut text);
    text
}

/// The models only.
pub(super) fn models(api: &Api) -> String {
    let mut text = String::new();
    show_models(api, &mut text);
    text
}

/// What requests must keep to, in the notation of [`list`].
pub(super) fn constraints(api: &Api) -> String {
    let lines = api.constraints.iter();
    lines
        .map(|one| format!("{}: {}\n", one.name, list(api, &one.all)))
        .collect()
}

/// `key(MinLength 1), MaxItems 3`.
fn list(api: &Api, all: &[Constraint]) -> String {
    let all = all.iter().map(|one| constraint(api, one));
    all.collect::<Vec<_>>().join(", ")
}

fn constraint(api: &Api, constraint: &Constraint) -> String {
    let inner = |all: &[Constraint]| list(api, all);
    match constraint {
        Constraint::Number(name, Number::Int(number)) => format!("{name} {number}"),
        Constraint::Number(name, Number::Float(number)) => format!("{name} {number}"),
        Constraint::Count(name, count) => format!("{name} {count}"),
        Constraint::Pattern(pattern) => format!("Pattern {pattern}"),
        Constraint::Format(format) => format!("Format {format}"),
        Constraint::UniqueItems => "UniqueItems".to_owned(),
        Constraint::Listed(texts) => texts.join("|"),
        Constraint::Closed(keys) => format!("Closed {}", keys.join("|")),
        Constraint::Key(key, all) => format!("{key}({})", inner(all)),
        Constraint::OtherKeys(known, all) => format!("but {}({})", known.join("|"), inner(all)),
        Constraint::Items(all) => format!("[]({})", inner(all)),
        Constraint::AnyOf(alternatives) => {
            let all = alternatives.iter().map(|one| alternative(api, one));
            format!("<{}>", all.collect::<Vec<_>>().join(" or "))
        }
        Constraint::Of(id) => api.constraints_of(*id).name.clone(),
    }
}

fn alternative(api: &Api, alternative: &Alternative) -> String {
    let keys = alternative.required.iter().map(|key| format!(" {key}"));
    let literals = alternative.literals.iter();
    let literals = literals.map(|(key, texts)| format!(" {key}={}", texts.join("|")));
    let marks: String = keys.chain(literals).collect();
    let constraints = list(api, &alternative.constraints);
    format!("{}{marks}: {constraints}", alternative.kind)
        .trim_end_matches(": ")
        .to_owned()
}

/// One operation.
fn show_operation(api: &Api, operation: &Operation, text: &mut String) {
    let tenant = match operation.tenancy {
        Tenancy::Tenant => "/[tenant]",
        Tenancy::Ignored => "/[any]",
        Tenancy::None => "",
    };
    let base = if operation.outside_base { "" } else { "BASE" };
    let mut path = String::new();
    for segment in &operation.path {
        match segment {
            Segment::Literal(literal) => write!(path, "/{literal}"),
            Segment::Param(name) => write!(path, "/{{{name}}}"),
        }
        .expect("writing to a string");
    }
    let behaviour = match &operation.behaviour {
        Behaviour::BuiltIn(built_in) => {
            let arms = built_in.outcomes.iter().map(|outcome| match outcome.arm {
                Some(at) => format!(
                    "{}->{}",
                    outcome.outcome.variant,
                    operation.answer.arms[at].name.as_str()
                ),
                None => format!("{}->none", outcome.outcome.variant),
            });
            format!(
                "{} ({})",
                built_in.behaviour.name,
                arms.collect::<Vec<_>>().join(", ")
            )
        }
        Behaviour::Custom(matched) => format!("custom ({matched:?})"),
    };
    let auth = match operation.auth {
        Auth::None => "",
        Auth::Session => " session",
        Auth::OptionalSession => " session?",
    };
    let method = format!("{:?}", operation.method).to_uppercase();
    let mut line = |indent: usize, line: String| {
        text.extend([&" ".repeat(indent), line.as_str(), "\n"]);
    };
    line(
        0,
        format!(
            "{} {method} {base}{tenant}{path} = {behaviour}{auth}",
            operation.name.typescript()
        ),
    );
    for param in &operation.params {
        line(
            2,
            format!("{:?} {}", param.place, show_field(api, &param.field)),
        );
    }
    for form in operation.forms() {
        let required = operation.body.as_ref().is_some_and(|body| body.required);
        let mark = if required { "" } else { "?" };
        let is_plain = |name: &String| name.ends_with("/json") || name.ends_with("-urlencoded");
        let types = match form.types.iter().all(is_plain) {
            true => String::new(),
            false => format!(" as {}", form.types.join(" or ")),
        };
        let ty = show_type(api, &form.ty);
        line(2, format!("body{mark} {:?} {ty}{types}", form.encodings));
    }
    let tag = operation.answer.tag.as_deref().unwrap_or("-");
    line(2, format!("{} by {tag}", operation.answer.name.as_str()));
    for arm in &operation.answer.arms {
        let body = match &arm.body {
            ArmBody::Object(fields) => show_fields(api, fields),
            ArmBody::Json(ty) => show_type(api, ty),
            ArmBody::Text => "text".to_owned(),
            ArmBody::Bytes => "bytes".to_owned(),
            ArmBody::Events => "events".to_owned(),
            ArmBody::Empty => "nothing".to_owned(),
            ArmBody::Redirect => "redirect".to_owned(),
        };
        let literal = arm.literal.as_deref().unwrap_or("-");
        let statuses = match &arm.statuses {
            Statuses::One(code) => code.to_string(),
            Statuses::Several { ranges, except, .. } => {
                let ranges = ranges.iter().map(|(from, to)| format!("{from}-{to}"));
                let except = except.iter().map(|code| format!("!{code}"));
                ranges.chain(except).collect::<Vec<_>>().join(",")
            }
        };
        let media = match &arm.media {
            Some(media) => format!(" as {media}"),
            None => String::new(),
        };
        let name = arm.name.as_str();
        line(4, format!("{statuses} {name} {literal} {body}{media}"));
    }
}

/// All models.
fn show_models(api: &Api, text: &mut String) {
    for model in &api.models {
        let mut marks = String::new();
        for (mark, is) in [
            ("<", model.in_requests),
            (">", model.in_answers),
            ("*", model.cycle.is_some()),
        ] {
            marks.push_str(if is { mark } else { "" });
        }
        if let Some(filled) = model.filled_from {
            write!(marks, " from {}", filled.name).expect("writing to a string");
        }
        let shape = match &model.shape {
            Shape::Struct { fields, rest } => match rest {
                Some(rest) => format!("{} + {}", show_fields(api, fields), show_type(api, rest)),
                None => show_fields(api, fields),
            },
            Shape::Union { tag, variants } => {
                let variants = variants.iter().map(|variant| {
                    let literal = variant.literal.as_deref().unwrap_or("-");
                    format!(
                        "\n    {} {literal} {}",
                        variant.name.as_str(),
                        show_fields(api, &variant.fields)
                    )
                });
                format!(
                    "union by {}{}",
                    tag.as_deref().unwrap_or("-"),
                    variants.collect::<String>()
                )
            }
            Shape::Enum { values } => {
                let values = values
                    .iter()
                    .map(|(name, literal)| format!("{}={literal}", name.as_str()));
                values.collect::<Vec<_>>().join(" | ")
            }
            Shape::Choice { kinds } => {
                let kinds = kinds
                    .iter()
                    .map(|(name, ty)| format!("{} {}", name.as_str(), show_type(api, ty)));
                format!("choice {}", kinds.collect::<Vec<_>>().join(", "))
            }
        };
        writeln!(text, "{}{marks}: {shape}", model.name.as_str()).expect("writing to a string");
    }
}

/// Fields in braces.
fn show_fields(api: &Api, fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| show_field(api, field)).collect();
    format!("{{{}}}", fields.join(", "))
}

/// `name?: type`.
fn show_field(api: &Api, field: &Field) -> String {
    let optional = if field.required { "" } else { "?" };
    let nullable = match (field.nullable, field.absent_is_null) {
        (false, _) => "",
        (true, false) => "|null",
        (true, true) => "|null if absent",
    };
    format!(
        "{}{optional}: {}{nullable}",
        field.name.wire(),
        show_type(api, &field.ty)
    )
}

/// A type expression.
fn show_type(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::String(format) => match format {
            crate::ir::Format::Plain => "string".to_owned(),
            other => format!("string/{other:?}"),
        },
        Type::Literal(_, values) => values.join("|"),
        Type::Json => "json".to_owned(),
        Type::List(item) => format!("[{}]", show_type(api, item)),
        Type::Map(value) => format!("map {}", show_type(api, value)),
        Type::Nullable(inner) => format!("{}|null", show_type(api, inner)),
        Type::Model(id) => api.model(*id).name.as_str().to_owned(),
    }
}
