//! Known errors of published specs, and what holds in their place: a table.
//!
//! Each row is one warning in a run, however often the spec repeats the error. What holds instead
//! is what frontends and servers of this protocol do on the wire.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// One known error.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tolerance {
    /// The code of the warning.
    code: &'static str,
    /// What is odd about the spec.
    title: &'static str,
    /// What holds instead.
    help: &'static str,
}

/// Declares the rows and the test's list of them.
macro_rules! tolerances {
    ($($(#[$docs:meta])* $name:ident = $code:literal, $title:literal, $help:literal;)*) => {
        $($(#[$docs])* pub(super) static $name: Tolerance = Tolerance { code: $code, title: $title, help: $help };)*
        /// Every row, for the tests.
        #[cfg(test)]
        pub(super) static ALL: &[&Tolerance] = &[$(&$name),*];
    };
}

tolerances! {
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
        "nothing tells the members of a union apart: they have the same keys",
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
        "cookies belong to the session; the parameter is ignored, and a `Custom` method reads it from the headers of its call";
    /// A scheme that is no session.
    UNCHECKED_SECURITY = "unchecked-security",
        "`security` names a scheme that is not the session's",
        "nothing checks it before the `Custom` method runs: the method has to do that";
}

/// What was tolerated so far, in the order of the first occurrence.
#[derive(Debug, Default)]
pub(super) struct Tolerated {
    found: Vec<(&'static Tolerance, Vec<(Span, String)>)>,
}

/// Places that are shown for one row; the others are counted.
const SHOWN: usize = 3;

impl Tolerated {
    /// Notes one occurrence.
    pub(super) fn note(
        &mut self,
        tolerance: &'static Tolerance,
        span: Span,
        label: impl Into<String>,
    ) {
        let known = self
            .found
            .iter_mut()
            .find(|(known, _)| known.code == tolerance.code);
        let place = (span, label.into());
        match known {
            Some((_, places)) => {
                // Shared components are met once for each operation; the file's text makes a full comparison dear.
                if !places.iter().any(|(span, _)| span.range == place.0.range) {
                    places.push(place);
                }
            }
            None => self.found.push((tolerance, vec![place])),
        }
    }

    /// One warning for each row that occurred.
    pub(super) fn report(self) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        for (tolerance, places) in self.found {
            let hidden = places.len().saturating_sub(SHOWN);
            let mut warning = Diagnostic::warning(tolerance.code, tolerance.title);
            for (span, label) in places.into_iter().take(SHOWN) {
                warning = warning.at(span, label);
            }
            diagnostics.push(match hidden {
                0 => warning.help(tolerance.help),
                1 => warning.help(format!("{} (one more place)", tolerance.help)),
                _ => warning.help(format!("{} ({hidden} more places)", tolerance.help)),
            });
        }
        diagnostics
    }
}
