//! Follows `$ref` in the typed document, and says where the search ended, so that a diagnostic can
//! point there.
//!
//! [`super::parse`] has refused references that lead nowhere or in circles, so these cannot fail.

use std::borrow::Borrow;

use indexmap::IndexMap;
use openapiv3::{Components, Header, Parameter, ReferenceOr, RequestBody, Response, Schema};

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

    /// The header at `pointer`, or the one referred to.
    pub(crate) fn header<'a>(
        &'a self,
        header: &'a ReferenceOr<Header>,
        pointer: &str,
    ) -> (&'a Header, String) {
        self.follow(header, pointer, "headers", |all| &all.headers)
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
