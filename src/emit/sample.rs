//! An `Api` with one of everything, made by hand.

mod models;

use crate::app_info::{AppInfo, Setting};
use crate::catalog;
use crate::ir::{
    Answer, Api, Arm, ArmBody, Auth, Behaviour, Body, BodyEncoding, BodyForm, BuiltIn, Field,
    Format, Matched, Method, ModelId, Operation, OutcomeArm, Param, ParamPlace, Segment, Statuses,
    Style, Tenancy, Type,
};
use crate::name::Namer;

pub(crate) fn field(wire: &str, ty: Type, required: bool) -> Field {
    Field {
        name: Namer::default().field(wire),
        ty,
        required,
        nullable: false,
        absent_is_null: false,
        docs: String::new(),
        deprecated: false,
    }
}

pub(crate) fn text() -> Type {
    Type::String(Format::Plain)
}

fn arm(name: &str, http: u16, literal: Option<&str>, body: ArmBody) -> Arm {
    Arm {
        name: Namer::default().variant(name),
        statuses: Statuses::One(http),
        media: None,
        literal: literal.map(str::to_owned),
        docs: String::new(),
        body,
    }
}

fn operation(id: &str, path: Vec<Segment>, answer: Answer) -> Operation {
    let mut namer = Namer::default();
    Operation {
        id: id.to_owned(),
        name: namer.function(id),
        type_name: Namer::default().variant(id),
        method: Method::Post,
        path,
        outside_base: false,
        tenancy: Tenancy::None,
        tag: String::new(),
        recipe: String::new(),
        docs: String::new(),
        deprecated: false,
        auth: Auth::None,
        params: Vec::new(),
        body: None,
        answer,
        behaviour: Behaviour::Custom(Matched::Nothing),
    }
}

fn answer(id: &str, tag: Option<&str>, arms: Vec<Arm>) -> Answer {
    Answer {
        name: Namer::default().type_name(&format!("{id} response")),
        tag: tag.map(str::to_owned),
        arms,
    }
}

fn body(encodings: Vec<BodyEncoding>, ty: Type, required: bool) -> Option<Body> {
    let types = encodings.iter().map(|encoding| match encoding {
        BodyEncoding::Json => "application/json",
        _ => "application/x-www-form-urlencoded",
    });
    let form = BodyForm {
        name: Namer::default().variant("json"),
        types: types.map(str::to_owned).collect(),
        encodings,
        ty,
        constraints: None,
    };
    Some(Body {
        forms: vec![form],
        name: Namer::default().type_name("body"),
        required,
    })
}

fn literal(text: &str) -> Vec<Segment> {
    vec![Segment::Literal(text.to_owned())]
}

/// One built-in that lacks an outcome, and three custom operations.
pub(crate) fn api() -> Api {
    Api {
        title: "Sample".to_owned(),
        version: "1".to_owned(),
        docs: "For tests.".to_owned(),
        spec_name: "sample.yaml".to_owned(),
        app_info: AppInfo {
            app_name: Setting::Text("Sample".to_owned()),
            api_domain: Setting::Env {
                name: "API_DOMAIN".to_owned(),
                default: Some("http://localhost:3001".to_owned()),
            },
            api_base_path: Some(Setting::Text("/auth".to_owned())),
            api_gateway_path: None,
            website_domain: Some(Setting::Env {
                name: "WEBSITE".to_owned(),
                default: None,
            }),
            origin: None,
            website_base_path: None,
        },
        models: models::models(),
        constraints: Vec::new(),
        operations: vec![reset_password(), get_folder(), callback(), ping()],
        recipes: Vec::new(),
    }
}

fn reset_password() -> Operation {
    let behaviour = &catalog::recipes::password_reset::CONSUME_TOKEN;
    let errors = Type::List(Box::new(Type::Model(ModelId(4))));
    let arms = vec![
        arm("OK", 200, Some("OK"), ArmBody::Object(Vec::new())),
        arm(
            "FIELD_ERROR",
            200,
            Some("FIELD_ERROR"),
            ArmBody::Object(vec![field("formFields", errors, true)]),
        ),
    ];
    let outcomes = behaviour.outcomes.iter().map(|outcome| OutcomeArm {
        outcome,
        arm: arms
            .iter()
            .position(|arm| arm.literal.as_deref() == outcome.status),
    });
    let built_in = BuiltIn {
        behaviour,
        outcomes: outcomes.collect(),
        matched: Matched::OperationId,
    };
    Operation {
        behaviour: Behaviour::BuiltIn(built_in),
        tenancy: Tenancy::Tenant,
        docs: "Sets a new password.\nWith a token.".to_owned(),
        ..operation(
            "resetPassword",
            literal("reset"),
            answer("resetPassword", Some("status"), arms),
        )
    }
}

fn get_folder() -> Operation {
    let param = |place, field| Param {
        place,
        field,
        style: Style::PLAIN,
        default: Vec::new(),
        constraints: None,
    };
    let arms = vec![
        arm(
            "OK",
            200,
            Some("OK"),
            ArmBody::Object(vec![field("folder", Type::Model(ModelId(0)), true)]),
        ),
        arm("Missing", 404, Some("MISSING"), ArmBody::Object(Vec::new())),
        arm(
            "List",
            200,
            None,
            ArmBody::Json(Type::List(Box::new(Type::Model(ModelId(0))))),
        ),
        arm("Nothing", 200, None, ArmBody::Object(vec![])),
    ];
    Operation {
        auth: Auth::Session,
        deprecated: true,
        params: vec![
            param(ParamPlace::Path, field("id", text(), true)),
            param(
                ParamPlace::Query,
                field("order", Type::Model(ModelId(3)), false),
            ),
            param(
                ParamPlace::Query,
                field(
                    "deviceIdAndPreAuthSessionId",
                    Type::List(Box::new(Type::Int)),
                    false,
                ),
            ),
            param(ParamPlace::Header, field("x-trace", text(), false)),
        ],
        body: body(vec![BodyEncoding::Json], Type::Model(ModelId(2)), false),
        ..operation(
            "getFolder",
            vec![
                Segment::Literal("folders".to_owned()),
                Segment::Param("id".to_owned()),
            ],
            answer("getFolder", Some("status"), arms),
        )
    }
}

fn callback() -> Operation {
    let arms = vec![
        arm("Found", 302, None, ArmBody::Redirect),
        arm("Page", 200, None, ArmBody::Text),
        arm("Done", 204, None, ArmBody::Empty),
        arm("Shape", 200, None, ArmBody::Json(Type::Model(ModelId(1)))),
    ];
    Operation {
        outside_base: true,
        body: body(
            vec![BodyEncoding::Json, BodyEncoding::Form],
            Type::Map(Box::new(Type::Json)),
            true,
        ),
        ..operation(
            "callback",
            literal("callback"),
            answer("callback", None, arms),
        )
    }
}

fn ping() -> Operation {
    let arms = vec![arm("Pong", 200, None, ArmBody::Text)];
    operation("ping", literal("ping"), answer("ping", None, arms))
}
