//! The models of the sample.

use super::{field, text};
use crate::ir::{Field, Model, ModelId, Shape, Type, UnionVariant};
use crate::name::Namer;

fn model(name: &str, shape: Shape) -> Model {
    Model {
        name: Namer::default().type_name(name),
        docs: String::new(),
        shape,
        in_requests: true,
        in_answers: true,
        left_out: Vec::new(),
        filled_from: None,
        cycle: None,
    }
}

/// Models: a struct that holds itself, a union, an enum, an untagged union.
pub(super) fn models() -> Vec<Model> {
    let folder = Shape::Struct {
        fields: vec![
            field("parent", Type::Model(ModelId(0)), false),
            field("type", text(), true),
            Field {
                nullable: true,
                docs: "See [here] or https://example.com.".to_owned(),
                ..field("createdAt", Type::Int, true)
            },
            field("aKeyWithAVeryLongNameThatGoesOnAndOn", text(), false),
        ],
        rest: Some(Type::Json),
    };
    let variant = |name: &str, literal: Option<&str>, fields| UnionVariant {
        name: Namer::default().variant(name),
        literal: literal.map(str::to_owned),
        docs: String::new(),
        fields,
    };
    let shape = Shape::Union {
        tag: Some("kind".to_owned()),
        variants: vec![
            variant(
                "circle",
                Some("circle"),
                vec![field("radius", Type::Float, true)],
            ),
            variant("point", Some("point"), Vec::new()),
        ],
    };
    let code = Shape::Union {
        tag: None,
        variants: vec![
            variant("code", None, vec![field("userInputCode", text(), true)]),
            variant("link", None, vec![field("linkCode", text(), true)]),
        ],
    };
    let order = Shape::Enum {
        values: vec![
            (
                Namer::default().variant("newest-first"),
                "newest-first".to_owned(),
            ),
            (Namer::default().variant("Any"), "Any".to_owned()),
        ],
    };
    let mut models = vec![
        model("folder", folder),
        model("shape", shape),
        model("code", code),
        model("order", order),
    ];
    models[0].cycle = Some(0);
    let mut error = model(
        "field error",
        Shape::Struct {
            fields: vec![
                field("id", text(), true),
                field("error", text(), true),
                field("hint", text(), false),
            ],
            rest: None,
        },
    );
    error.filled_from = Some(crate::shapes::FieldError::SHAPE);
    error.in_requests = false;
    models.push(error);
    models
}
