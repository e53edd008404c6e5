//! Paths, parameters, security and behaviours.

use super::{errors, lowered, operation, show};

/// The first line of the one operation at this path, with these servers.
fn at(path: &str, servers: &str) -> String {
    let api = lowered(&format!(
        "openapi: 3.0.3
info: {{ title: t, version: '1' }}
servers: {servers}
paths:
  {path}:
    get:
      operationId: run
      responses: {{ '200': {{ description: done }} }}
"
    ));
    let text = show::show(&api);
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_base_path_is_a_parameter_a_literal_or_the_servers() {
    let run = "run GET BASE/run = custom (Nothing)";
    assert_eq!(at("/{apiBasePath}/run", "[]"), run);
    assert_eq!(at("/auth/run", "[]"), run);
    assert_eq!(at("/run", "[{ url: 'http://localhost:3001/auth' }]"), run);
    assert_eq!(at("/run", "[{ url: /auth }]"), run);
    assert_eq!(
        at("/run", "[{ url: 'https://api.example.com' }]"),
        "run GET /run = custom (Nothing)"
    );
    assert_eq!(
        at("/run", "[{ url: /v1 }]"),
        "run GET /v1/run = custom (Nothing)"
    );
    assert_eq!(
        at("/authors/run", "[]"),
        "run GET /authors/run = custom (Nothing)"
    );
}

#[test]
fn a_tenant_stands_right_after_the_base_path() {
    let run = "run GET BASE/[tenant]/run = custom (Nothing)";
    assert_eq!(at("/{apiBasePath}/{tenantId}/run", "[]"), run);
    assert_eq!(at("/auth/<tenantId>/run", "[]"), run);
}

#[test]
fn operations_and_answers_keep_the_order_and_the_spelling_of_the_file() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /auth/b:
    post: { operationId: second, responses: { default: { description: d }, 4xx: { description: d }, 403: { description: d } } }
    get: { operationId: first, responses: { 2Xx: { description: d }, default: { description: d } } }
  /auth/a:
    trace: { operationId: third, responses: { '302': { description: d } } }
",
    );
    assert_eq!(
        show::show(&api),
        "second POST BASE/b = custom (Nothing)
  SecondResponse by -
    200-399,500-599 Other - nothing
    400-499,!403 ClientError - nothing
    403 Forbidden - nothing
first GET BASE/b = custom (Nothing)
  FirstResponse by -
    200-299 Success - nothing
    400-599 Other - nothing
third TRACE BASE/a = custom (Nothing)
  ThirdResponse by -
    302 Found - redirect
"
    );
}

#[test]
fn parameters_of_the_engine_are_left_out() {
    let api = lowered(&operation(
        "parameters:
        - { name: rid, in: header, schema: { type: string } }
        - { name: Authorization, in: header, schema: { type: string } }
        - { name: x-trace, in: header, schema: { type: string } }
        - { name: ids, in: query, schema: { type: array, items: { type: integer } } }
        - { name: order, in: query, required: true, schema: { type: string, enum: [up, down] } }",
    ));
    let text = show::show(&api);
    assert!(
        text.contains(
            "  Header x-trace?: string\n  Query ids?: [int]\n  Query order: RunOrder\n  RunResponse"
        ),
        "{text}"
    );
}

#[test]
fn the_extension_takes_precedence_over_the_operation_id() {
    let spec = |extension: &str| {
        format!(
            "openapi: 3.0.3
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/session/refresh:
    post:
      operationId: refresh
      x-auth-gen: {extension}
      responses: {{ '200': {{ description: d, content: {{ application/json: {{ schema: {{ type: object }} }} }} }} }}
"
        )
    };
    let text = show::show(&lowered(&spec("custom")));
    assert!(
        text.starts_with("refresh POST BASE/session/refresh = custom (Extension)"),
        "{text}"
    );
    for extension in ["session.refresh", "{ behaviour: session.refresh }"] {
        let text = show::show(&lowered(&spec(extension)));
        assert!(
            text.starts_with("refresh POST BASE/[any]/session/refresh = session.refresh (Ok->Ok)"),
            "{text}"
        );
    }
    assert!(errors(&spec("session.sign-out")).contains("error[behaviour-path]"));
}

#[test]
fn security_means_the_session_or_nothing() {
    let auth = |security: &str, schemes: &str| {
        let yaml = operation(&format!("security: {security}"));
        let api = lowered(&format!(
            "{yaml}components: {{ securitySchemes: {schemes} }}\n"
        ));
        api.operations[0].auth
    };
    let both = "{ c: { type: apiKey, in: cookie, name: sAccessToken }, b: { type: http, scheme: bearer } }";
    assert_eq!(
        auth("[{ c: [] }, { b: [] }]", both),
        crate::ir::Auth::Session
    );
    assert_eq!(
        auth("[{ b: [] }, {}]", "{ b: { type: http, scheme: bearer } }"),
        crate::ir::Auth::OptionalSession
    );
    assert_eq!(auth("[{ b: [] }]", both), crate::ir::Auth::None);
    assert_eq!(auth("[]", both), crate::ir::Auth::None);
}

#[test]
fn a_position_has_the_first_of_its_names() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /auth/users/{id}:
    get:
      operationId: one
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: d } }
  /auth/users/{userId}/roles/{role}:
    get:
      operationId: two
      parameters:
        - { name: role, in: path, required: true, schema: { type: string } }
        - { name: userId, in: path, required: true, schema: { type: string, format: uuid } }
      responses: { '204': { description: d } }
",
    );
    let text = show::show(&api);
    assert!(
        text.contains("two GET BASE/users/{id}/roles/{role} = custom (Nothing)\n  Path role: string\n  Path id: string/Uuid\n"),
        "{text}"
    );
}

#[test]
fn passkeys_of_the_published_fdi_are_served_where_frontends_call_them() {
    let route = |id: &str, path: &str| {
        let api = lowered(&format!(
            "openapi: 3.0.3
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/{{tenantId}}{path}:
    post: {{ operationId: {id}, responses: {{ '204': {{ description: d }} }} }}
"
        ));
        crate::ir::Segment::route(&api.operations[0].path)
    };
    let recover = "webauthnRecoverAccount";
    assert_eq!(
        route(recover, "/webauthn/recover/account"),
        "/user/webauthn/reset"
    );
    assert_eq!(
        route("mine", "/webauthn/recover/account"),
        "/webauthn/recover/account"
    );
    assert_eq!(route(recover, "/passkeys/recover"), "/passkeys/recover");
}

#[test]
fn a_thousand_operations_take_no_time() {
    use std::fmt::Write;
    let mut yaml = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths:\n".to_owned();
    for number in 0..1000 {
        writeln!(
            yaml,
            "  /{{apiBasePath}}/<tenantId>/run{number}/{{id}}:
    post:
      operationId: run{number}
      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ a: {{ type: object, properties: {{ b: {{ type: string }} }} }} }} }} }} }} }}
      responses: {{ '200': {{ description: done }}, '403': {{ $ref: '#/components/responses/No' }} }}"
        )
        .expect("writing to a string");
    }
    yaml.push_str(
        "components: { responses: { No: { description: no, content: { application/json: { schema: { oneOf: [{ type: object, properties: { a: { type: array, items: { type: object, properties: { b: { type: string } } } } } }, { type: object, properties: { a: { type: array, items: { type: object, properties: { b: { type: integer } } } } } }] } } } } } }\n",
    );
    let api = lowered(&yaml);
    assert_eq!(api.operations.len(), 1000);
    assert_eq!(api.models.len(), 2001);
}

#[test]
fn an_operation_that_is_left_out_has_no_route_and_no_name() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /auth/old:
    get: { operationId: run, x-auth-gen: none, responses: { '200': { description: done } } }
  /auth/new:
    get: { operationId: run-it, responses: { '200': { description: done } } }
",
    );
    let text = show::show(&api);
    let routes: Vec<&str> = text.lines().filter(|line| line.contains("BASE/")).collect();
    assert_eq!(routes, ["runIt GET BASE/new = custom (Nothing)"]);
}
