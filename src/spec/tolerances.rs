//! What is read in another way than it is written, or not at all: a table.
//!
//! Each row is one warning in a run, however often the spec repeats it. Known errors of published
//! specs stand here with what holds instead, which is what frontends and servers of this protocol
//! do on the wire; and keywords that are ignored, with what that means.

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// One known error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tolerance {
    /// The code of the warning.
    code: &'static str,
    /// What is odd about the spec.
    title: &'static str,
    /// What holds instead.
    help: &'static str,
}

#[cfg(test)]
impl Tolerance {
    /// The code of its warning.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }
}

/// Declares rows and the list of them, for the tests.
macro_rules! tolerances {
    ($(#[$list_docs:meta])* $list:ident: $($(#[$docs:meta])* $name:ident = $code:literal, $title:literal, $help:literal;)*) => {
        $($(#[$docs])* pub(crate) static $name: Tolerance = Tolerance { code: $code, title: $title, help: $help };)*
        $(#[$list_docs])*
        #[cfg(test)]
        pub(crate) static $list: &[&Tolerance] = &[$(&$name),*];
    };
}

tolerances! {
    /// Errors of published specs; all of them stand in one fixture.
    PUBLISHED:
    /// A key of a built-in's request in another case.
    KEY_CASE = "key-in-another-case",
        "a key of the request body is not written the way that frontends send it",
        "frontends send the name that the label gives, and that name holds; write it so in the spec";
    /// `/<tenantId>/signin`.
    ANGLE_BRACKETS = "angle-bracket-segment",
        "a path has a segment in angle brackets, which OpenAPI does not know",
        "`<tenantId>` is read as an optional tenant segment, any other `<name>` as the parameter `{name}`; write `{tenantId}` or `{name}`";
    /// Blanks at the end of a path, to dodge a duplicate key.
    INVISIBLE_BLANKS = "invisible-blanks-in-path",
        "a path has blanks in it that cannot be seen",
        "they are dropped; if the path is then equal to that of another recipe, the `rid` header of the request decides between the two, and then the order in the spec";
    /// `enum: [email, password]` for the ids of form fields.
    CLOSED_FORM_FIELD = "closed-form-field-ids",
        "the ids of form fields are a closed list",
        "applications add form fields of their own, so that any string is accepted; drop the `enum`";
    /// A path parameter that its path does not have.
    PARAMETER_NOT_IN_PATH = "parameter-not-in-path",
        "a path parameter does not occur in its path",
        "it is ignored; drop it, or write its name in braces into the path";
    /// `x-www-form-urlencoded`.
    FORM_MEDIA_TYPE = "incomplete-media-type",
        "a media type lacks its first half",
        "it is read as `application/x-www-form-urlencoded`; write it so";
    /// `oneOf` whose members have the same keys.
    MERGED_MEMBERS = "merged-union-members",
        "nothing distinguishes the members of a union: they have the same keys",
        "they are read as one object; a key whose type differs between them may hold any JSON value";
    /// A built-in that answers `{}` where the spec has no body.
    MISSING_BODY = "missing-answer-body",
        "an answer has no body in the spec, but a JSON object on the wire",
        "the built-in behaviour answers `{}`, which frontends expect; add `content` with a schema of `type: object`";
    /// Fields that a built-in always sends.
    FORGOTTEN_FIELDS = "forgotten-fields",
        "an answer of a built-in behaviour lacks fields that are always sent",
        "they are added to the generated types; add them to the spec, or mark the operation `x-auth-gen: custom`";
    /// `phoneNumber/exists`.
    PATH_CASE = "path-in-another-case",
        "a path is not written the way that frontends ask for it",
        "paths are case-sensitive on the wire, and the one that the label gives holds; write it so";
    /// Cookie text at a bearer scheme and the other way round.
    SWAPPED_DESCRIPTIONS = "swapped-descriptions",
        "the description of a security scheme speaks of another kind of scheme",
        "the type holds, not the description; two of them may have been swapped";
    /// `required` names a key that `properties` does not have.
    REQUIRED_WITHOUT_PROPERTY = "required-without-property",
        "a schema requires a key that it does not describe",
        "the key is ignored; add it to `properties`, or drop it from `required`";
    /// 400 as text.
    TEXT_ERROR = "text-error-body",
        "an error answer of a built-in behaviour is described as text",
        "the built-in behaviours answer errors of the request with a JSON object that has a `message`";
    /// `{name}` without a parameter.
    UNDECLARED_PARAMETER = "undeclared-path-parameter",
        "a path has a parameter that nothing describes",
        "it is read as a string; describe it under `parameters` with `in: path`";
    /// Cookie parameters.
    COOKIE_PARAMETER = "cookie-parameter",
        "a parameter stands in a cookie",
        "cookies belong to the session; the parameter is ignored, and the method that answers reads it from the headers of its call";
    /// A scheme that is no session.
    UNCHECKED_SECURITY = "unchecked-security",
        "`security` names a scheme that is not the session's",
        "nothing checks it before the method that answers runs: the method has to do that";
}

tolerances! {
    /// What is ignored, or understood in another way; each has a fixture of its own.
    IGNORED:
    /// `minLength` and the like.
    UNCHECKED_CONSTRAINT = "unchecked-constraint",
        "a schema limits the values of a request, and nothing checks these limits",
        "a built-in behaviour has rules of its own, and checks those; the limits of the description are checked before methods of the application run";
    /// `^(a+)+$`.
    SLOW_PATTERN = "slow-pattern",
        "a pattern has a repetition within a repetition",
        "a text made for it takes exponential time (OWASP, Regular expression Denial of Service); write it without the inner or the outer repetition, or limit the text by `maxLength`, which is checked first";
    /// `not`, `if`, `prefixItems` and the like.
    UNCHECKED_CONDITION = "unchecked-condition",
        "a schema has a condition that a type cannot express",
        "it is ignored, so that the type allows more than the schema; the method that answers has to check it";
    /// `readOnly`, `writeOnly` on something that is no key.
    READ_OR_WRITE_ONLY = "read-or-write-only",
        "`readOnly` or `writeOnly` stands on something that is no key of an object",
        "it is ignored: a key with `readOnly` is not in the types of requests, and one with `writeOnly` is not in those of answers; write it beside the `type` of the key";
    /// `items: { nullable: true }` of a list in a query.
    NULL_PARAMETER = "null-parameter",
        "a parameter may be `null` where no text can say it",
        "it is read as if it could not: a path has all its parameters, and the items of a list are texts; elsewhere `null` is said by leaving the parameter out";
    /// `default` of a schema.
    DEFAULT_NOT_FILLED = "default-not-filled",
        "a key of a request body has a default value",
        "an absent key stays absent: the method that answers has to fill it in; defaults of parameters are filled in";
    /// `$id`, `$anchor`.
    SCHEMA_IDENTITY = "ignored-schema-identity",
        "a schema has a name that references could use",
        "it is ignored: a `$ref` is a place in a file (`#/components/schemas/Name`), relative to the file that it stands in";
    /// Callbacks, links, webhooks.
    NOT_GENERATED = "not-generated",
        "a description has parts from which nothing is generated",
        "callbacks, links and webhooks are ignored: the server answers requests, and sends none";
    /// Servers of a path or an operation, variables of servers, a second server with another path.
    IGNORED_SERVERS = "ignored-servers",
        "a server is ignored",
        "all operations are served by one server, under the path of the first of the description's `servers`, whose variables have their defaults; other servers and those of single paths have no effect";
    /// `encoding` of a form.
    ENCODING = "ignored-encoding",
        "a media type says how single keys are encoded",
        "it is ignored: keys of forms are encoded as `application/x-www-form-urlencoded` has them";
    /// `allowReserved`, `allowEmptyValue`.
    PARAMETER_DETAILS = "ignored-parameter-detail",
        "a parameter says how it may be written",
        "it is ignored: clients encode every reserved character, and an empty value is a value";
    /// `oneOf` of two lists of different items, of a number and an object, and the like.
    UNTYPED_ALTERNATIVES = "untyped-alternatives",
        "a value has alternatives that no type distinguishes",
        "it may be any JSON value: the method that answers and the caller of the client have to check it; alternatives are distinguished if all of them are objects, or if they are of different kinds (a text, a number, a boolean, a list, an object) and one is a text";
    /// `format: int64`.
    WIDE_INTEGER = "wide-integer",
        "an integer may have 64 bits",
        "the server keeps all its digits up to 9223372036854775807, and the client, as JavaScript, those up to 9007199254740991; give it that `maximum`, or write it as a string";
    /// An array without `items`.
    MISSING_ITEMS = "missing-items",
        "an array lacks its `items`",
        "each item is read as any JSON value; say what an item is";
    /// `schema: { $ref: '#/components/responses/…' }`.
    RESPONSE_AS_SCHEMA = "response-as-schema",
        "a `$ref` to a response stands in place of a schema",
        "the schema of that response is taken; let the `$ref` stand in place of the whole response, under its status";
    /// A `$ref` to a schema in place of a response or a body.
    SCHEMA_AS_RESPONSE = "schema-as-response",
        "a `$ref` to a schema stands in place of a response or a request body",
        "it is read as JSON of that schema; write it as `content`, `application/json`, `schema`";
    /// `INVALID_AUTHENTICATOR_ERRORp`.
    MISSPELT_STATUS = "misspelt-status",
        "a status of the protocol is misspelt",
        "the spelling that servers send holds; write it so in the spec";
    /// A parameter with `content` that is not JSON.
    DOCUMENT_PARAMETER = "document-parameter",
        "a parameter is a document of a media type other than JSON",
        "it is handed on as text: the method that answers parses it, and the caller of the client writes it";
    /// Headers of an answer of a custom operation.
    ANSWER_HEADERS = "untyped-answer-headers",
        "an answer of a custom operation has headers",
        "they have no place in the answer's type: the method sets them by `call.set_header`, and scripts may read them; those of the session are sent by themselves";
    /// `1XX`, or a `default` for which no status is left.
    UNANSWERED_STATUS = "status-without-answer",
        "a response is described that no request is answered with",
        "statuses from 100 to 199 are interim (RFC 9110 §15.2) and are not a method's to answer, and a `default` beside all classes has no status left; drop the response";
    /// XML with an object.
    SCHEMA_OF_TEXT = "schema-of-text",
        "a body that is not JSON has a schema",
        "nothing checks or types it: the method writes or reads the body as text, as bytes or as events; describe it as `type: string`, with `format: binary` for bytes";
    /// Parts beside JSON in a request, or text in that of a built-in.
    UNREAD_MEDIA_TYPE = "unread-media-type",
        "a request body has a media type that is not read",
        "a body in parts (`multipart/…`) is not read, and built-in behaviours read JSON and forms alone; take it by an operation of your own, as text or bytes";
    /// `/users/{id}` beside `/users/{userId}/roles`.
    TWO_NAMES = "parameter-with-two-names",
        "a path parameter has another name in another path",
        "a path is matched segment by segment, so that the first name holds in both; give a position one name in all paths";
    /// Paths of the published FDI 4.1.
    PUBLISHED_PATH = "path-of-published-fdi",
        "a path of the published FDI is not the one that frontends call",
        "the path that the label gives is served; write it so in the spec";
    /// A body on GET or HEAD.
    UNSENDABLE_BODY = "unsendable-body",
        "an operation takes a body with a method that has none",
        "`fetch` sends no body with GET or HEAD, and servers need not read one (RFC 9110 §9.3.1), so it is ignored; use query parameters, or make it a POST";
    /// TRACE.
    UNSENDABLE_METHOD = "unsendable-method",
        "an operation has the method TRACE",
        "`fetch` refuses it, so that the function of the client always fails; the server answers it; make it a GET";
}

/// What was tolerated so far, in the order of the first occurrence.
#[derive(Debug, Default)]
pub(crate) struct Tolerated {
    found: Vec<(&'static Tolerance, Vec<(Span, String)>)>,
    /// Shared components are met once for each operation; each place counts once.
    seen: HashSet<(&'static str, String, usize)>,
}

impl Tolerated {
    /// Notes one occurrence.
    pub(crate) fn note(
        &mut self,
        tolerance: &'static Tolerance,
        span: Span,
        label: impl Into<String>,
    ) {
        let key = (
            tolerance.code,
            span.file.name().to_owned(),
            span.range.start,
        );
        if !self.seen.insert(key) {
            return;
        }
        let place = (span, label.into());
        let mut found = self.found.iter_mut();
        match found.find(|(known, _)| known.code == tolerance.code) {
            Some((_, places)) => places.push(place),
            None => self.found.push((tolerance, vec![place])),
        }
    }

    /// Takes over what was noted elsewhere.
    pub(crate) fn extend(&mut self, other: Self) {
        for (tolerance, places) in other.found {
            for (span, label) in places {
                self.note(tolerance, span, label);
            }
        }
    }

    /// One warning for each row that occurred.
    pub(crate) fn report(self) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        for (tolerance, places) in self.found {
            let warning = Diagnostic::warning(tolerance.code, tolerance.title);
            diagnostics.push(warning.help(tolerance.help).at_each(places));
        }
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_code_of_its_own() {
        let rows = PUBLISHED.iter().chain(IGNORED);
        let codes: HashSet<&str> = rows.clone().map(|row| row.code()).collect();
        assert_eq!(codes.len(), rows.count());
    }
}
