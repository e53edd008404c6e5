//! Follows `$ref` in the typed document, and says where the search ended, so that a diagnostic can
//! point there.
//!
//! [`super::parse`] has refused references that lead nowhere or in circles, so these cannot fail.

use indexmap::IndexMap;
use openapiv3::{
    Components, Parameter, ReferenceOr, RequestBody, Response, Schema, SecurityScheme,
};

use super::Document;
use super::at::{At, SchemaOrRef, Slot};
use super::refs::{Target, target};
use crate::source::spans::SpanMap;

/// What may stand under `components` and be referred to.
pub(crate) trait Component: Sized {
    /// Its section's key.
    const SECTION: &'static str;

    /// All of its kind.
    fn members(components: &Components) -> &IndexMap<String, ReferenceOr<Self>>;
}

/// One row for each kind: the type, its section's field and key.
macro_rules! components {
    ($($kind:ty: $field:ident = $section:literal;)*) => {
        $(impl Component for $kind {
            const SECTION: &'static str = $section;

            fn members(components: &Components) -> &IndexMap<String, ReferenceOr<Self>> {
                &components.$field
            }
        })*
    };
}

components! {
    Parameter: parameters = "parameters";
    RequestBody: request_bodies = "requestBodies";
    Response: responses = "responses";
    Schema: schemas = "schemas";
    SecurityScheme: security_schemes = "securitySchemes";
}

impl Document {
    /// What stands at a place, or what the reference there leads to; with its own place.
    pub(crate) fn resolve<'d, T: Component>(&'d self, at: At<&'d ReferenceOr<T>>) -> At<&'d T> {
        match at.value {
            ReferenceOr::Item(item) => At::new(at.pointer, item),
            ReferenceOr::Reference { reference } => self.component(reference),
        }
    }

    /// The same for schemas.
    pub(crate) fn schema<'d>(&'d self, slot: Slot<'d>) -> At<&'d Schema> {
        match slot.value {
            SchemaOrRef::Schema(schema) => At::new(slot.pointer, schema),
            SchemaOrRef::Ref(reference) => self.component(reference),
        }
    }

    fn component<'d, T: Component>(&'d self, mut reference: &'d str) -> At<&'d T> {
        let members = self.api.components.as_ref().map(T::members);
        loop {
            let Target::Component { name, .. } = target(reference) else {
                unreachable!("parse() refuses other references");
            };
            let member = members.and_then(|members| members.get(&name));
            match member.expect("parse() refuses dangling references") {
                ReferenceOr::Item(item) => {
                    let name = SpanMap::escape(&name);
                    return At::new(format!("/components/{}/{name}", T::SECTION), item);
                }
                // Ends, because parse() refuses circles.
                ReferenceOr::Reference { reference: next } => reference = next,
            }
        }
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

    fn resolved<'d, T: Component>(document: &'d Document, at: &'d ReferenceOr<T>) -> At<&'d T> {
        document.resolve(At::new("/here", at))
    }

    #[test]
    fn references_are_followed_to_their_end() {
        let document = parse(&SourceFile::new("api.yaml", TEXT)).expect("the text is valid");
        let operation = document.api.operations().next().expect("there is one").2;
        let parameter = resolved(&document, &operation.parameters[0]);
        assert_eq!(parameter.value.parameter_data_ref().name, "width");
        assert_eq!(parameter.pointer, "/components/parameters/second");
        let body = operation.request_body.as_ref().expect("there is one");
        let body = resolved(&document, body);
        assert_eq!(body.pointer, "/components/requestBodies/door");
        let response = resolved(&document, &operation.responses.responses[0]);
        assert_eq!(response.value.description, "open");
        assert_eq!(response.pointer, "/components/responses/a~1b");
        let span = document.spans.at(&response.pointer);
        assert_eq!(span.text(), "{ description: open }");
        let width = ReferenceOr::<Schema>::ref_("#/components/schemas/Width");
        let length = resolved(&document, &width);
        assert!(matches!(
            length.value.schema_kind,
            SchemaKind::Type(Type::Integer(_))
        ));
        assert_eq!(length.pointer, "/components/schemas/Length");
    }

    #[test]
    fn a_schema_that_contains_itself_is_legal() {
        let document = parse(&SourceFile::new("api.yaml", TEXT)).expect("the text is valid");
        let door = ReferenceOr::<Schema>::ref_("#/components/schemas/Door");
        let door = resolved(&document, &door);
        let SchemaKind::Type(Type::Object(object)) = &door.value.schema_kind else {
            panic!("a door is an object");
        };
        let mut inside = door.entries("properties", &object.properties);
        let mut next = || document.schema(inside.next().expect("there are two").1.into());
        assert_eq!(next().pointer, door.pointer);
        assert_eq!(next().pointer, "/components/schemas/Door/properties/own");
    }
}
