//! A small API that has one of everything.

use crate::app_info::{AppInfo, Setting};
use crate::catalog;
use crate::ir::{
    Answer, Api, Arm, ArmBody, Auth, Behaviour, Body, BodyEncoding, BodyForm, BuiltIn, Field,
    Format, Matched, Method, Model, ModelId, Operation, Param, ParamPlace, Segment, Shape,
    Statuses, Style, Tenancy, Type, UnionVariant,
};
use crate::name::Namer;

pub(super) const TEXT: Type = Type::String(Format::Plain);

static SIGN_OUT: catalog::Contract = catalog::Contract {
    name: "session.sign-out",
    constant: "SIGN_OUT",
    operation_ids: &["signOut"],
    recipe: "session",
    module: "session",
    function: "sign_out",
    outcome_type: "SignOut",
    method: "POST",
    paths: &["/signout"],
    tenancy: catalog::Tenancy::Ignored,
    origins: crate::contract::Origins::Own,
    sessions: crate::contract::Sessions::Keeps,
    sends: crate::contract::Sends::Nothing,
    body: &[],
    query: &[],
    outcomes: &[],
};

pub(super) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Namer::default().field(name),
        ty,
        required: true,
        nullable: false,
        absent_is_null: false,
        docs: String::new(),
        deprecated: false,
    }
}

pub(super) fn optional(name: &str, ty: Type) -> Field {
    Field {
        required: false,
        ..field(name, ty)
    }
}

fn documented(docs: &str, field: Field) -> Field {
    Field {
        docs: docs.to_owned(),
        ..field
    }
}

fn model(name: &str, docs: &str, shape: Shape) -> Model {
    Model {
        name: Namer::default().type_name(name),
        docs: docs.to_owned(),
        shape,
        in_requests: name.ends_with("Request"),
        in_answers: !name.ends_with("Request"),
        left_out: Vec::new(),
        filled_from: None,
        cycle: None,
    }
}

pub(super) fn arm(http: u16, literal: Option<&str>, docs: &str, body: ArmBody) -> Arm {
    Arm {
        name: Namer::default().variant(literal.unwrap_or("plain")),
        statuses: Statuses::One(http),
        media: None,
        literal: literal.map(str::to_owned),
        docs: docs.to_owned(),
        body,
    }
}

pub(super) fn operation(id: &str, method: Method, path: &[&str], arms: Vec<Arm>) -> Operation {
    let mut namer = Namer::default();
    let tag = arms.iter().any(|arm| arm.literal.is_some());
    Operation {
        id: id.to_owned(),
        name: namer.function(id),
        type_name: namer.variant(id),
        method,
        path: path
            .iter()
            .map(|segment| match segment.strip_prefix(':') {
                Some(name) => Segment::Param(name.to_owned()),
                None => Segment::Literal((*segment).to_owned()),
            })
            .collect(),
        outside_base: false,
        tenancy: Tenancy::None,
        tag: String::new(),
        recipe: String::new(),
        docs: String::new(),
        deprecated: false,
        auth: Auth::None,
        params: Vec::new(),
        body: None,
        answer: Answer {
            name: namer.type_name(&format!("{id}-response")),
            tag: tag.then(|| "status".to_owned()),
            arms,
        },
        behaviour: Behaviour::Custom(Matched::Nothing),
    }
}

pub(super) fn param(place: ParamPlace, field: Field) -> Param {
    let style = match (&field.ty, place) {
        (Type::List(_), ParamPlace::Query) => Style::Repeated,
        (Type::List(_), _) => Style::Text {
            prefix: String::new(),
            separator: Some(",".to_owned()),
        },
        _ => Style::PLAIN,
    };
    Param {
        place,
        field,
        style,
        default: Vec::new(),
        constraints: None,
    }
}

pub(super) fn body(ty: Type, encoding: BodyEncoding) -> Option<Body> {
    let name = match encoding {
        BodyEncoding::Json => "application/json",
        BodyEncoding::Form => "application/x-www-form-urlencoded",
        BodyEncoding::Text => "text/csv",
        BodyEncoding::Bytes => "image/png",
    };
    Some(Body {
        forms: vec![BodyForm {
            name: Namer::default().variant("json"),
            encodings: vec![encoding],
            types: vec![name.to_owned()],
            ty,
            constraints: None,
        }],
        name: Namer::default().type_name("body"),
        required: true,
    })
}

fn models() -> Vec<Model> {
    vec![
        model(
            "User",
            "A user. This */ ends nothing.",
            Shape::Struct {
                fields: vec![
                    documented("Stays the same.", field("id", TEXT)),
                    Field {
                        deprecated: true,
                        ..optional("otp-email", TEXT)
                    },
                    Field {
                        nullable: true,
                        ..field("timeJoined", Type::Int)
                    },
                    optional("metadata", Type::Map(Box::new(Type::Json))),
                ],
                rest: None,
            },
        ),
        // Meets the client's own `Session`.
        model(
            "Session",
            "",
            Shape::Union {
                tag: Some("kind".to_owned()),
                variants: vec![
                    UnionVariant {
                        name: Namer::default().variant("A"),
                        literal: Some("A".to_owned()),
                        docs: "The first.".to_owned(),
                        fields: vec![field("user", Type::Model(ModelId(0)))],
                    },
                    UnionVariant {
                        name: Namer::default().variant("B"),
                        literal: None,
                        docs: String::new(),
                        fields: vec![optional("x", Type::Bool)],
                    },
                ],
            },
        ),
        model(
            "Colour",
            "",
            Shape::Enum {
                values: vec![
                    (Namer::default().variant("red"), "red".to_owned()),
                    (Namer::default().variant("b"), "a \"b\"".to_owned()),
                ],
            },
        ),
        model(
            "SignUpRequest",
            "",
            Shape::Struct {
                fields: vec![
                    field("email", TEXT),
                    optional("colour", Type::Model(ModelId(2))),
                ],
                rest: Some(TEXT),
            },
        ),
    ]
}

pub(super) fn api() -> Api {
    let general = || {
        let fields = vec![field("message", TEXT)];
        arm(200, Some("GENERAL_ERROR"), "", ArmBody::Object(fields))
    };
    let ok = || arm(200, Some("OK"), "", ArmBody::Object(Vec::new()));
    let sign_up = Operation {
        tenancy: Tenancy::Tenant,
        recipe: "emailpassword".to_owned(),
        docs: "Creates a user.\n\nAnd signs them in.".to_owned(),
        body: body(Type::Model(ModelId(3)), BodyEncoding::Json),
        ..operation(
            "signUp",
            Method::Post,
            &["signup"],
            vec![
                arm(
                    200,
                    Some("OK"),
                    "Signed up.",
                    ArmBody::Object(vec![documented(
                        "Who it is.",
                        field("user", Type::Model(ModelId(0))),
                    )]),
                ),
                general(),
                arm(
                    200,
                    None,
                    "",
                    ArmBody::Object(vec![field("keys", Type::Json)]),
                ),
            ],
        )
    };
    let sign_out = Operation {
        tenancy: Tenancy::Ignored,
        behaviour: Behaviour::BuiltIn(BuiltIn {
            behaviour: &SIGN_OUT,
            outcomes: Vec::new(),
            matched: Matched::OperationId,
        }),
        ..operation("signOut", Method::Post, &["signout"], vec![ok()])
    };
    let list = Operation {
        params: vec![
            param(ParamPlace::Query, optional("page", Type::Int)),
            param(
                ParamPlace::Query,
                optional("x-tag", Type::List(Box::new(TEXT))),
            ),
        ],
        ..operation(
            "call",
            Method::Get,
            &["users"],
            vec![arm(
                200,
                None,
                "",
                ArmBody::Json(Type::List(Box::new(Type::Model(ModelId(1))))),
            )],
        )
    };
    let everything = Operation {
        outside_base: true,
        deprecated: true,
        params: vec![
            param(ParamPlace::Path, field("id", TEXT)),
            param(ParamPlace::Query, optional("id", TEXT)),
            param(ParamPlace::Header, optional("x-trace", TEXT)),
        ],
        body: body(Type::Map(Box::new(TEXT)), BodyEncoding::Form),
        ..operation(
            "everything",
            Method::Put,
            &["a`b", ":id"],
            vec![
                arm(204, None, "", ArmBody::Empty),
                arm(200, None, "", ArmBody::Text),
                arm(302, None, "Elsewhere.", ArmBody::Redirect),
                arm(404, None, "No such user.\nMore.", ArmBody::Empty),
            ],
        )
    };
    Api {
        title: "Sample".to_owned(),
        version: "1.0".to_owned(),
        docs: String::new(),
        spec_name: "api.yaml".to_owned(),
        app_info: AppInfo {
            app_name: Setting::Text("Sample \"app\"".to_owned()),
            api_domain: Setting::Env {
                name: "API_DOMAIN".to_owned(),
                default: Some("localhost:3001".to_owned()),
            },
            api_base_path: Some(Setting::Text("auth/".to_owned())),
            api_gateway_path: Some(Setting::Text("/gw".to_owned())),
            website_domain: None,
            origin: None,
            website_base_path: None,
        },
        models: models(),
        constraints: Vec::new(),
        operations: vec![sign_up, sign_out, list, everything],
        recipes: Vec::new(),
    }
}
