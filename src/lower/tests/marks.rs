//! `readOnly` and `writeOnly`: what requests have, and what answers have.

use super::{lowered, show, try_lower};

/// The models of an operation that takes and answers these schemas.
fn models(taken: &str, answered: &str, schemas: &str) -> String {
    show::models(&lowered(&spec(taken, answered, schemas)))
}

fn spec(taken: &str, answered: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.0.3
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    put:
      operationId: run
      requestBody: {{ content: {{ application/json: {{ schema: {taken} }} }} }}
      responses: {{ '200': {{ description: done, content: {{ application/json: {{ schema: {answered} }} }} }} }}
components:
  schemas:
{schemas}"
    )
}

fn both(name: &str, schemas: &str) -> String {
    let answered = format!("{{ type: array, items: {{ $ref: '#/components/schemas/{name}' }} }}");
    models(
        &format!("{{ $ref: '#/components/schemas/{name}' }}"),
        &answered,
        schemas,
    )
}

const USER: &str = "    User: { type: object, required: [id, password, name], properties: { id: { type: string, readOnly: true }, password: { type: string, writeOnly: true }, name: { type: string } } }\n";

#[test]
fn a_component_with_marks_has_a_form_for_requests_and_one_for_answers() {
    assert_eq!(
        both("User", USER),
        "UserRequest<: {password: string, name: string}\nUser>: {id: string, name: string}\n"
    );
}

#[test]
fn a_component_without_marks_stays_one_type() {
    assert_eq!(
        both(
            "Tag",
            &format!(
                "{USER}    Tag: {{ type: object, properties: {{ a: {{ type: string }} }} }}\n"
            )
        ),
        "Tag<>: {a?: string}\n"
    );
}

#[test]
fn a_component_that_only_one_side_uses_keeps_its_name() {
    let user = "{ $ref: '#/components/schemas/User' }";
    let string = "{ type: array, items: { type: string } }";
    assert_eq!(
        models(user, string, USER),
        "User<: {password: string, name: string}\n"
    );
    assert_eq!(models(string, user, USER), "");
    let users = "{ type: array, items: { $ref: '#/components/schemas/User' } }";
    assert_eq!(
        models(string, users, USER),
        "User>: {id: string, name: string}\n"
    );
}

#[test]
fn marks_act_through_references_lists_maps_unions_and_cycles() {
    let schemas = format!(
        "{USER}    Team:
      type: object
      required: [owner]
      properties:
        owner: {{ $ref: '#/components/schemas/User' }}
        members: {{ type: array, items: {{ $ref: '#/components/schemas/User' }} }}
        byRole: {{ type: object, additionalProperties: {{ $ref: '#/components/schemas/User' }} }}
        parent: {{ $ref: '#/components/schemas/Team' }}
        plan: {{ oneOf: [{{ $ref: '#/components/schemas/Free' }}, {{ $ref: '#/components/schemas/Paid' }}] }}
    Free: {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [free] }} }} }}
    Paid: {{ type: object, required: [kind, card], properties: {{ kind: {{ type: string, enum: [paid] }}, card: {{ type: string, writeOnly: true }} }} }}
"
    );
    assert_eq!(
        both("Team", &schemas),
        "TeamRequest<*: {owner: UserRequest, members?: [UserRequest], byRole?: map UserRequest, parent?: TeamRequest, plan?: TeamPlanRequest}
UserRequest<: {password: string, name: string}
TeamPlanRequest<: union by kind
    Free free {}
    Paid paid {card: string}
Team>*: {owner: User, members?: [User], byRole?: map User, parent?: Team, plan?: TeamPlan}
User>: {id: string, name: string}
TeamPlan>: union by kind
    Free free {}
    Paid paid {}
"
    );
}

#[test]
fn what_both_forms_share_has_one_name() {
    let schemas = "    User: { type: object, properties: { id: { type: string, readOnly: true }, address: { type: object, properties: { city: { type: string } } }, role: { type: string, enum: [admin] } } }\n";
    assert_eq!(
        both("User", schemas),
        "UserRequest<: {address?: UserAddress, role?: UserRole}
UserAddress<>: {city?: string}
UserRole<>: Admin=admin
User>: {id?: string, address?: UserAddress, role?: UserRole}
"
    );
}

#[test]
fn a_component_that_has_the_name_keeps_it() {
    let schemas = format!(
        "{USER}    UserRequest: {{ type: object, properties: {{ user: {{ $ref: '#/components/schemas/User' }} }} }}\n"
    );
    let text = models(
        "{ $ref: '#/components/schemas/UserRequest' }",
        "{ type: array, items: { $ref: '#/components/schemas/User' } }",
        &schemas,
    );
    assert_eq!(
        text,
        "UserRequest<: {user?: UserInput}\nUserInput<: {password: string, name: string}\nUser>: {id: string, name: string}\n"
    );
}

#[test]
fn a_mark_holds_beside_a_reference_behind_it_and_in_every_part_of_a_whole() {
    let schemas = "    Id: { type: string, readOnly: true }
    Text: { type: string }
    Base: { type: object, required: [a, b, c, d], properties: { a: { $ref: '#/components/schemas/Id' }, b: { $ref: '#/components/schemas/Text', readOnly: true }, c: { allOf: [{ $ref: '#/components/schemas/Id' }] }, d: { type: string } } }
    Whole: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, required: [e], properties: { d: { readOnly: true }, e: { type: string } } }] }
";
    assert_eq!(
        both("Whole", schemas),
        "WholeRequest<: {e: string}\nWhole>: {a: string, b: string, c: string, d: string, e: string}\n"
    );
    assert_eq!(
        both("Base", schemas),
        "BaseRequest<: {d: string}\nBase>: {a: string, b: string, c: string, d: string}\n"
    );
}

#[test]
fn the_key_of_a_discriminator_stays_in_both_forms() {
    let schemas = "    Pet: { type: object, required: [kind], discriminator: { propertyName: kind, mapping: { tom: '#/components/schemas/Cat' } }, properties: { kind: { type: string, readOnly: true }, id: { type: string, readOnly: true } } }
    Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { lives: { type: integer } } }] }
    Dog: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { chip: { type: string, writeOnly: true } } }] }
";
    assert_eq!(
        both("Pet", schemas),
        "PetRequest<: union by kind
    Tom tom {lives?: int}
    Dog Dog {chip?: string}
Pet>: union by kind
    Tom tom {id?: string, lives?: int}
    Dog Dog {id?: string}
"
    );
}

#[test]
fn an_object_without_keys_left_is_no_map() {
    let schemas =
        "    Only: { type: object, properties: { id: { type: string, readOnly: true } } }\n";
    assert_eq!(
        both("Only", schemas),
        "OnlyRequest<: {}\nOnly>: {id?: string}\n"
    );
    let schemas = "    Open: { type: object, properties: { id: { type: string, readOnly: true } }, additionalProperties: { type: integer } }\n";
    assert_eq!(
        both("Open", schemas),
        "OpenRequest<: {} + int\nOpen>: {id?: string} + int\n"
    );
    let api = lowered(&spec(
        "{ $ref: '#/components/schemas/Open' }",
        "{ $ref: '#/components/schemas/Open' }",
        schemas,
    ));
    assert_eq!(api.models[0].left_out, ["id"]);
    assert!(api.models[1].left_out.is_empty());
}

#[test]
fn a_mark_on_something_that_is_no_key_is_warned_about() {
    let warnings = |schemas: &str| {
        let taken = "{ $ref: '#/components/schemas/Text' }";
        match try_lower(&spec(taken, taken, schemas)) {
            Ok((_, warnings)) => warnings.render(false),
            Err(errors) => panic!("{}", errors.render(false)),
        }
    };
    let text = warnings("    Text: { type: string, readOnly: true }\n");
    assert!(text.contains("warning[read-or-write-only]"), "{text}");
    let text = warnings("    Text: { type: array, items: { type: string, writeOnly: true } }\n");
    assert!(text.contains("warning[read-or-write-only]"), "{text}");
    let text = warnings(
        "    Text: { type: object, properties: { a: { type: string, writeOnly: true } } }\n",
    );
    assert_eq!(text, "");
}

#[test]
fn a_value_of_several_kinds_has_both_forms() {
    let schemas = "    Pick: { oneOf: [{ type: string }, { type: object, properties: { id: { type: string, readOnly: true }, a: { type: string } } }] }\n";
    assert_eq!(
        both("Pick", schemas),
        "PickRequest<: choice Text string, Object PickObjectRequest
PickObjectRequest<: {a?: string}
Pick>: choice Text string, Object PickObject
PickObject>: {id?: string, a?: string}
"
    );
}
