//! Answers of the application's own operations: statuses, media types, unions.

use super::{errors, lowered, show, try_lower};

/// A spec with one operation that has these responses (lines of a flow mapping) and schemas.
fn spec(responses: &str, schemas: &str) -> String {
    format!(
        "openapi: 3.1.0
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    post:
      operationId: run
      responses: {{ {responses} }}
components:
  schemas:
    Text: {{ type: object, required: [text], properties: {{ text: {{ type: string }} }} }}
{schemas}"
    )
}

/// The arms of the answer, a line each.
fn arms(responses: &str) -> String {
    arms_with(responses, "")
}

fn arms_with(responses: &str, schemas: &str) -> String {
    let shown = show::show(&lowered(&spec(responses, schemas)));
    let arms = shown.lines().filter_map(|line| line.strip_prefix("    "));
    arms.map(|arm| format!("{arm}\n")).collect()
}

/// The codes of the warnings, each with its labels.
fn warnings(responses: &str) -> String {
    match try_lower(&spec(responses, "")) {
        Ok((_, warnings)) => warnings.render(false),
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

const TEXT: &str =
    "content: { application/json: { schema: { $ref: '#/components/schemas/Text' } } }";

#[test]
fn a_class_has_the_statuses_that_have_no_answer_of_their_own() {
    let found = arms(&format!(
        "2XX: {{ {TEXT} }}, '404': {{ description: a }}, 4XX: {{ {TEXT} }}, '409': {{ {TEXT} }}, default: {{ {TEXT} }}"
    ));
    assert_eq!(
        found,
        "200-299,!204,!205 Success - {text: string}\n\
         404 NotFound - nothing\n\
         400-499,!404,!409 ClientError - {text: string}\n\
         409 Conflict - {text: string}\n\
         500-599 Other - {text: string}\n"
    );
}

#[test]
fn default_is_an_error_beside_a_success_and_anything_without_one() {
    let found = arms("'200': { description: a }, default: { description: b }");
    assert_eq!(found, "200 Ok - nothing\n400-599 Other - nothing\n");
    let found = arms(&format!("default: {{ {TEXT} }}"));
    assert_eq!(found, "200-599,!204,!205,!304 Other - {text: string}\n");
    let found = arms("4xx: { description: a }, default: { description: b }");
    assert_eq!(
        found,
        "400-499 ClientError - nothing\n200-399,500-599 Other - nothing\n"
    );
}

#[test]
fn documented_errors_of_the_server_are_answers() {
    let found = arms(&format!(
        "'200': {{ description: a }}, '500': {{ {TEXT} }}, '503': {{ description: b }}"
    ));
    assert_eq!(
        found,
        "200 Ok - nothing\n500 InternalServerError - {text: string}\n503 ServiceUnavailable - nothing\n"
    );
}

#[test]
fn a_class_of_redirects_has_a_location() {
    let found = arms("3XX: { description: a, headers: { location: { schema: {} } } }");
    assert_eq!(found, "300-399,!304 Redirection - redirect\n");
}

#[test]
fn what_no_request_is_answered_with_is_said() {
    let found = warnings(
        "'200': { description: a }, 1XX: { description: b }, '101': { description: c }, 4XX: { description: d }, 5XX: { description: e }, default: { description: f }",
    );
    assert!(found.contains("warning[status-without-answer]"), "{found}");
    for code in ["`1XX`", "`101`", "`default`"] {
        assert!(found.contains(code), "{found}");
    }
    assert!(!found.contains("`4XX`"), "{found}");
}

#[test]
fn each_media_type_of_a_response_is_a_variant() {
    let found = arms(
        "'200': { content: { text/csv: { schema: { type: string } }, application/json: { schema: { type: array, items: { type: string } } }, text/event-stream: {}, application/pdf: {}, application/jwt: { schema: { type: string } }, image/png: { schema: { type: string, format: binary } } } }",
    );
    assert_eq!(
        found,
        "200 OkCsv - text as text/csv; charset=utf-8\n\
         200 Ok - [string]\n\
         200 OkEventStream - events\n\
         200 OkPdf - bytes as application/pdf\n\
         200 OkJwt - text as application/jwt\n\
         200 OkPng - bytes as image/png\n"
    );
}

#[test]
fn json_of_other_names_is_written_under_its_name() {
    let one = "{ schema: { $ref: '#/components/schemas/Text' } }";
    let found = arms(&format!(
        "'200': {{ content: {{ application/json; charset=utf-8: {one}, text/json: {one}, application/vnd.t+json: {one} }} }}, '400': {{ content: {{ application/problem+json: {one} }} }}"
    ));
    assert_eq!(
        found,
        "200 Ok - {text: string}\n\
         200 OkVndTJson - {text: string} as application/vnd.t+json\n\
         400 BadRequest - {text: string} as application/problem+json\n"
    );
}

#[test]
fn a_text_says_of_which_type_it_is() {
    let found = arms(
        "'200': { content: { text/html: {} } }, '400': { content: { text/plain: {} } }, '404': { content: { text/plain: {} } }",
    );
    assert_eq!(
        found,
        "200 Ok - text as text/html; charset=utf-8\n400 BadRequest - text\n404 NotFound - text\n"
    );
}

#[test]
fn any_bytes_are_a_stream_of_bytes_and_any_of_several_types_is_refused() {
    let binary = "{ schema: { type: string, format: binary } }";
    let found = arms(&format!("'200': {{ content: {{ '*/*': {binary} }} }}"));
    assert_eq!(found, "200 Ok - bytes as application/octet-stream\n");
    for name in ["image/*", "multipart/mixed"] {
        let found = errors(&spec(
            &format!("'200': {{ content: {{ '{name}': {{}} }} }}"),
            "",
        ));
        assert!(found.contains("error[unsupported-media-type]"), "{found}");
    }
}

#[test]
fn a_schema_of_what_is_no_json_is_said_to_have_no_effect() {
    let of = |schema: &str| {
        warnings(&format!(
            "'200': {{ content: {{ application/xml: {{ schema: {schema} }} }} }}"
        ))
    };
    let found = of("{ $ref: '#/components/schemas/Text' }");
    assert!(found.contains("warning[schema-of-text]"), "{found}");
    for schema in ["{ type: string }", "{ type: string, format: binary }", "{}"] {
        assert_eq!(of(schema), "", "{schema}");
    }
}

#[test]
fn a_union_that_nothing_tells_apart_has_a_variant_for_each_schema() {
    let found = arms_with(
        "'200': { content: { application/json: { schema: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] } } } }",
        "    Cat: { type: object, properties: { name: { type: string }, age: { type: integer } } }
    Dog: { type: object, properties: { name: { type: string }, age: { type: string } } }
",
    );
    assert_eq!(
        found,
        "200 Cat - {name?: string, age?: int}\n200 Dog - {name?: string, age?: string}\n"
    );
}

#[test]
fn such_a_union_within_an_answer_has_them_too_and_within_a_request_it_is_refused() {
    let union = "{ type: object, properties: { pet: { $ref: '#/components/schemas/Pet' } } }";
    let schemas = "    Pet: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }] }
    Cat: { type: object, properties: { lives: { type: integer } } }
    Dog: { type: object, properties: { tail: { type: string } } }
";
    let answer = format!("'200': {{ content: {{ application/json: {{ schema: {union} }} }} }}");
    let models = show::models(&lowered(&spec(&answer, schemas)));
    assert_eq!(
        models,
        "Pet>: union by -\n    Cat - {lives?: int}\n    Dog - {tail?: string}\n"
    );
    let request = spec(&answer, schemas).replace(
        "      responses:",
        &format!("      requestBody: {{ content: {{ application/json: {{ schema: {union} }} }} }}\n      responses:"),
    );
    let found = errors(&request);
    assert!(found.contains("error[indistinguishable-union]"), "{found}");
}

#[test]
fn the_status_of_something_stored_is_no_outcome() {
    let of = |status: &str, required: &str| {
        arms(&format!(
            "'200': {{ content: {{ application/json: {{ schema: {{ type: object, {required} properties: {{ id: {{ type: string }}, status: {status} }} }} }} }} }}"
        ))
    };
    let states = "{ type: string, enum: [active, banned] }";
    assert_eq!(
        of(states, ""),
        "200 Ok - {id?: string, status?: RunStatus}\n"
    );
    assert_eq!(
        of(states, "required: [status],"),
        "200 Ok - {id?: string, status: RunStatus}\n"
    );
    // It may be null, so it says nothing of the call.
    let nullable = "{ type: [string, 'null'], enum: [OK, DOWN, null] }";
    assert_eq!(
        of(nullable, "required: [status],"),
        "200 Ok - {id?: string, status: RunStatus|null}\n"
    );
    // An outcome has one value, or `OK` is among them.
    assert_eq!(
        of("{ type: string, enum: [LIMIT_ERROR] }", ""),
        "200 LimitError LIMIT_ERROR {id?: string}\n"
    );
    assert_eq!(
        of("{ type: string, enum: [OK, LIMIT_ERROR] }", ""),
        "200 Ok OK {id?: string}\n200 LimitError LIMIT_ERROR {id?: string}\n"
    );
}

#[test]
fn bodies_are_read_as_their_media_types_say() {
    let of = |content: &str| {
        let body = format!("      requestBody: {{ required: true, content: {{ {content} }} }}\n");
        let spec = spec(
            "'200': { description: a }",
            "    Other: { type: object, properties: { a: { type: string } } }\n",
        );
        let spec = spec.replace("      responses:", &format!("{body}      responses:"));
        let (api, warnings) = match try_lower(&spec) {
            Ok(found) => found,
            Err(errors) => panic!("{}", errors.render(false)),
        };
        let shown = show::show(&api);
        let lines = shown
            .lines()
            .filter_map(|line| line.strip_prefix("  body "));
        let codes = warnings.iter().map(|one| one.code);
        lines.chain(codes).collect::<Vec<_>>().join(", ")
    };
    let json = "application/json: { schema: { $ref: '#/components/schemas/Text' } }";
    let form =
        "application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Text' } }";
    assert_eq!(of(json), "[Json] Text");
    assert_eq!(of(&format!("{form}, {json}")), "[Json, Form] Text");
    assert_eq!(
        of(&json.replace("application/json", "application/merge-patch+json")),
        "[Json] Text as application/merge-patch+json"
    );
    assert_eq!(
        of(&format!("text/csv: {{}}, {json}, {form}, image/*: {{}}")),
        "[Json, Form] Text, [Text] string as text/csv, [Bytes] string as image/*"
    );
    assert_eq!(
        of(&format!(
            "{json}, {}",
            form.replace("schemas/Text", "schemas/Other")
        )),
        "[Json] Text, [Form] Other"
    );
    assert_eq!(
        of("text/csv: { schema: { type: string } }"),
        "[Text] string as text/csv"
    );
    assert_eq!(of("image/*: {}"), "[Bytes] string as image/*");
    assert_eq!(
        of("image/png: {}, image/jpeg: {}"),
        "[Bytes] string as image/png, [Bytes] string as image/jpeg"
    );
    assert_eq!(
        of(&format!("{json}, multipart/form-data: {{}}")),
        "[Json] Text, unread-media-type"
    );
    // The letters of a media type have no case.
    let same = json.replace("application/json", "Application/JSON; charset=utf-8");
    assert_eq!(of(&same), "[Json] Text");
    assert_eq!(
        of(&form.replace("application", "APPLICATION")),
        "[Form] Text"
    );
}

#[test]
fn paths_stand_under_the_path_of_the_first_server() {
    let of = |servers: &str| {
        let spec = format!(
            "openapi: 3.0.3
info: {{ title: t, version: '1' }}
servers: [{servers}]
paths: {{ /login: {{ post: {{ operationId: run, responses: {{ '200': {{ description: a }} }} }} }} }}
"
        );
        let shown = show::show(&lowered(&spec));
        shown.lines().next().unwrap_or_default().to_owned()
    };
    let found = of("{ url: 'https://api.example.com/api/v1' }");
    assert_eq!(found, "run POST /api/v1/login = custom (Nothing)");
    let found = of("{ url: 'https://api.example.com/auth/' }");
    assert_eq!(found, "run POST BASE/login = custom (Nothing)");
    let found = of("{ url: '/{version}', variables: { version: { default: v2 } } }");
    assert_eq!(found, "run POST /v2/login = custom (Nothing)");
}
