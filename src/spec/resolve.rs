//! Follows `$ref` in the typed document, and says where the search ended, so that a diagnostic can
//! point there.
//!
//! [`super::parse`] has refused references that lead nowhere or in circles, so these cannot fail.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{Components, Parameter, ReferenceOr, RequestBody, Response, Schema};

use super::Document;
use super::refs::{Target, target};
use crate::source::spans::SpanMap;

impl Document {
    /// The schema at `pointer`, or the one that the reference there leads to; with its own pointer.
    /// Takes boxed schemas (properties, items) and plain ones alike.
    pub(crate) fn schema<'a, S: Borrow<Schema>>(
        &'a self,
        schema: &'a ReferenceOr<S>,
        pointer: &str,
    ) -> (&'a Schema, String) {
        match schema {
            ReferenceOr::Item(schema) => (schema.borrow(), pointer.to_owned()),
            ReferenceOr::Reference { reference } => {
                self.component(reference, "schemas", |components| &components.schemas)
            }
        }
    }

    /// The response at `pointer`, or the one referred to.
    pub(crate) fn response<'a>(
        &'a self,
        response: &'a ReferenceOr<Response>,
        pointer: &str,
    ) -> (&'a Response, String) {
        self.follow(response, pointer, "responses", |all| &all.responses)
    }

    /// The parameter at `pointer`, or the one referred to.
    pub(crate) fn parameter<'a>(
        &'a self,
        parameter: &'a ReferenceOr<Parameter>,
        pointer: &str,
    ) -> (&'a Parameter, String) {
        self.follow(parameter, pointer, "parameters", |all| &all.parameters)
    }

    /// The request body at `pointer`, or the one referred to.
    pub(crate) fn request_body<'a>(
        &'a self,
        body: &'a ReferenceOr<RequestBody>,
        pointer: &str,
    ) -> (&'a RequestBody, String) {
        self.follow(body, pointer, "requestBodies", |all| &all.request_bodies)
    }

    fn follow<'a, T>(
        &'a self,
        item: &'a ReferenceOr<T>,
        pointer: &str,
        section: &str,
        members: impl Fn(&'a Components) -> &'a IndexMap<String, ReferenceOr<T>>,
    ) -> (&'a T, String) {
        match item {
            ReferenceOr::Item(item) => (item, pointer.to_owned()),
            ReferenceOr::Reference { reference } => self.component(reference, section, members),
        }
    }

    fn component<'a, T>(
        &'a self,
        reference: &'a str,
        section: &str,
        members: impl Fn(&'a Components) -> &'a IndexMap<String, ReferenceOr<T>>,
    ) -> (&'a T, String) {
        let members = self.api.components.as_ref().map(members);
        let mut reference = reference;
        loop {
            let name = component_name(reference).expect("parse() refuses other references");
            let member = members.and_then(|members| members.get(&name));
            match member.expect("parse() refuses dangling references") {
                ReferenceOr::Item(item) => {
                    let pointer = format!("/components/{section}/{}", SpanMap::escape(&name));
                    return (item, pointer);
                }
                // Ends, because parse() refuses circles.
                ReferenceOr::Reference { reference: next } => reference = next,
            }
        }
    }
}

/// The name at the end of a reference to a component: `User` of `#/components/schemas/User`.
pub(crate) fn component_name(reference: &str) -> Option<String> {
    match target(reference) {
        Target::Component { name, .. } => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use openapiv3::{SchemaKind, Type};

    use super::*;
    use crate::source::SourceFile;
    use crate::spec::parse;

    const TEXT: &str = r##"
openapi: 3.0.3
info: { title: Doors, version: "1" }
paths:
  /open:
    post:
      parameters: [{ $ref: "#/components/parameters/first" }]
      requestBody: { $ref: "#/components/requestBodies/door" }
      responses: { "200": { $ref: "#/components/responses/a~1b" } }
components:
  parameters:
    first: { $ref: "#/components/parameters/second" }
    second: { name: width, in: query, schema: { $ref: "#/components/schemas/Width" } }
  requestBodies:
    door: { content: {} }
  responses:
    a/b: { description: open }
  schemas:
    Width: { $ref: "#/components/schemas/Length" }
    Length: { type: integer }
    Door:
      type: object
      properties: { next: { $ref: "#/components/schemas/Door" }, own: { type: string } }
"##;

    #[test]
    fn references_are_followed_to_their_end() {
        let document = parse(&SourceFile::new("api.yaml", TEXT)).expect("the text is valid");
        let operation = document.api.operations().next().expect("there is one").2;
        let (parameter, pointer) = document.parameter(&operation.parameters[0], "/here");
        assert_eq!(parameter.parameter_data_ref().name, "width");
        assert_eq!(pointer, "/components/parameters/second");
        let body = operation.request_body.as_ref().expect("there is one");
        let (_, pointer) = document.request_body(body, "/here");
        assert_eq!(pointer, "/components/requestBodies/door");
        let (response, pointer) = document.response(&operation.responses.responses[0], "/here");
        assert_eq!(response.description, "open");
        assert_eq!(pointer, "/components/responses/a~1b");
        assert_eq!(document.spans.at(&pointer).text(), "{ description: open }");
        let width = ReferenceOr::<Schema>::ref_("#/components/schemas/Width");
        let (schema, pointer) = document.schema(&width, "/here");
        assert!(matches!(
            schema.schema_kind,
            SchemaKind::Type(Type::Integer(_))
        ));
        assert_eq!(pointer, "/components/schemas/Length");
    }

    #[test]
    fn a_schema_that_contains_itself_is_legal() {
        let document = parse(&SourceFile::new("api.yaml", TEXT)).expect("the text is valid");
        let door = ReferenceOr::<Schema>::ref_("#/components/schemas/Door");
        let (schema, pointer) = document.schema(&door, "/here");
        let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
            panic!("a door is an object");
        };
        assert_eq!(document.schema(&object.properties["next"], "/x").1, pointer);
        assert_eq!(document.schema(&object.properties["own"], "/x").1, "/x");
    }
}
