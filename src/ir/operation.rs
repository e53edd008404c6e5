//! Operations: where they are, what they take, what they answer, who implements them.

use std::fmt;

use super::constraint::ConstraintsId;
use super::model::{Field, Type};
use crate::catalog::{self, Outcome, Tenancy};
use crate::name::{FnName, TypeName, VariantName};

/// One operation of the spec.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// `operationId`, verbatim.
    pub(crate) id: String,
    /// `sign_up` in Rust, `signUp` in TypeScript.
    pub(crate) name: FnName,
    /// `SignUp`: prefix of `SignUpRequest`, `SignUpParams`, `SignUpResponse`.
    pub(crate) type_name: VariantName,
    /// The HTTP method.
    pub(crate) method: Method,
    /// The path under the base path, without tenant: `/signup`, `/users/{id}`.
    pub(crate) path: Vec<Segment>,
    /// The path stands outside `apiBasePath` (an application route such as `/example`): it is absolute.
    pub(crate) outside_base: bool,
    /// Whether a tenant segment may stand before the path.
    pub(crate) tenancy: Tenancy,
    /// The first of its `tags`; may be empty. Operations of one tag are one group for the application.
    pub(crate) tag: String,
    /// Recipe id that `rid` may name to distinguish equal paths; empty when unknown.
    pub(crate) recipe: String,
    /// `summary` and `description`; may be empty.
    pub(crate) docs: String,
    /// `deprecated: true`.
    pub(crate) deprecated: bool,
    /// What `security` asks for.
    pub(crate) auth: Auth,
    /// Path, query and header parameters (without `apiBasePath`, tenant, and the headers that the session engine owns).
    pub(crate) params: Vec<Param>,
    /// The request body.
    pub(crate) body: Option<Body>,
    /// What it answers.
    pub(crate) answer: Answer,
    /// Who implements it, and why that was decided.
    pub(crate) behaviour: Behaviour,
}

/// HTTP methods that OpenAPI 3.0 knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "the names are the methods of RFC 9110 and RFC 5789"
)]
pub(crate) enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
    Trace,
}

impl Method {
    /// `POST`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }
}

/// A piece of a path between two slashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    /// Matched as it is.
    Literal(String),
    /// `{name}`.
    Param(String),
}

impl Segment {
    /// `/users/{id}`; empty for no segments.
    pub(crate) fn route(segments: &[Self]) -> String {
        let mut route = String::new();
        for segment in segments {
            match segment {
                Self::Literal(text) => route.extend(["/", text]),
                Self::Param(name) => route.extend(["/{", name, "}"]),
            }
        }
        route
    }
}

/// What `security` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    /// Open to everybody.
    None,
    /// A session is checked before the application's method runs.
    Session,
    /// A session is read if there is one (`security` lists an empty requirement).
    OptionalSession,
}

/// A parameter outside the body.
#[derive(Debug, Clone)]
pub(crate) struct Param {
    /// Path, query or header.
    pub(crate) place: ParamPlace,
    /// Name, type (scalar, enum model or list of those), required, docs.
    pub(crate) field: Field,
    /// How its value is written.
    pub(crate) style: Style,
    /// What it is where it is left out, written as it would be sent; several texts for a repeated name.
    pub(crate) default: Vec<String>,
    /// What its value must keep to, where a method of the application gets it.
    pub(crate) constraints: Option<ConstraintsId>,
}

/// How the value of a parameter is written (OpenAPI 3.1.1, §4.8.12.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Style {
    /// One text, with something before it (`matrix`: `;id=`), and with something between items, if it is a list.
    Text {
        prefix: String,
        separator: Option<String>,
    },
    /// A list whose items have the name of the parameter each: `ids=a&ids=b`.
    Repeated,
    /// An object whose keys are parameters of a query: `filter[state]=open`.
    DeepObject,
    /// A JSON document.
    Json,
}

impl Style {
    /// A scalar as it is.
    pub(crate) const PLAIN: Self = Self::Text {
        prefix: String::new(),
        separator: None,
    };
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are OpenAPI's")]
pub(crate) enum ParamPlace {
    Path,
    Query,
    Header,
}

/// A request body.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// What it may be; at least one. With several a method takes an enum.
    pub(crate) forms: Vec<BodyForm>,
    /// The name of that enum.
    pub(crate) name: TypeName,
    /// `requestBody.required`.
    pub(crate) required: bool,
}

/// What a body may be: one value, whose media type says how it is written.
#[derive(Debug, Clone)]
pub(crate) struct BodyForm {
    /// The name of its variant, where there are several forms.
    pub(crate) name: VariantName,
    /// How it may be written; JSON first.
    pub(crate) encodings: Vec<BodyEncoding>,
    /// The media types that it has, in lower case; `image/*` stands for several.
    pub(crate) types: Vec<String>,
    /// Its type; of bytes that of a text.
    pub(crate) ty: Type,
    /// What it must keep to, where a method of the application gets it.
    pub(crate) constraints: Option<ConstraintsId>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyEncoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/csv` and the like, as they are; the only encoding of its form.
    Text,
    /// Anything else, as it is; the only encoding of its form.
    Bytes,
}

/// All answers of one operation: one enum in Rust, one union in TypeScript.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// `SignUpResponse`.
    pub(crate) name: TypeName,
    /// The key that tells the JSON arms apart (`status`), when at least one arm has a literal.
    pub(crate) tag: Option<String>,
    /// One for each documented outcome: tagged ones first in spec order, then untagged ones.
    pub(crate) arms: Vec<Arm>,
}

/// One documented outcome.
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    /// Its name in Rust, unique within the answer.
    pub(crate) name: VariantName,
    /// Its HTTP status, or those that it may have.
    pub(crate) statuses: Statuses,
    /// The media type of its body, where that is neither `application/json` nor `text/plain`.
    pub(crate) media: Option<String>,
    /// The literal of the tag, verbatim.
    pub(crate) literal: Option<String>,
    /// May be empty.
    pub(crate) docs: String,
    /// What it carries.
    pub(crate) body: ArmBody,
}

/// The HTTP statuses of an [`Arm`], 200…599.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statuses {
    /// This one.
    One(u16),
    /// `4XX` or `default`: one of several, which the method names.
    Several {
        /// As the spec has it.
        written: String,
        /// First and last, in order; there is at least one.
        ranges: Vec<(u16, u16)>,
        /// Those within the ranges that have an answer of their own, or no body.
        except: Vec<u16>,
    },
}

impl Statuses {
    /// Whether it may be a success (RFC 9110 §15.3).
    pub(crate) fn is_success(&self) -> bool {
        match self {
            Self::One(code) => (200..300).contains(code),
            Self::Several { ranges, .. } => ranges.iter().any(|(first, _)| *first < 300),
        }
    }

    /// Whether it may be something other than a success.
    pub(crate) fn is_error(&self) -> bool {
        match self {
            Self::One(_) => !self.is_success(),
            Self::Several { ranges, .. } => ranges.iter().any(|(_, last)| *last > 299),
        }
    }

    /// Whether a status is one of these.
    fn has(&self, code: u16) -> bool {
        match self {
            Self::One(known) => *known == code,
            Self::Several { ranges, except, .. } => {
                let is_within = |(first, last): &(u16, u16)| (*first..=*last).contains(&code);
                ranges.iter().any(is_within) && !except.contains(&code)
            }
        }
    }

    /// Whether a status is one of both.
    pub(crate) fn overlap(&self, other: &Self) -> bool {
        (200..600).any(|code| self.has(code) && other.has(code))
    }

    /// Whether all of the others are among these.
    pub(crate) fn contain(&self, other: &Self) -> bool {
        (200..600).all(|code| self.has(code) || !other.has(code))
    }

    /// The status, where there is but one.
    pub(crate) fn only(&self) -> Option<u16> {
        match self {
            Self::One(code) => Some(*code),
            Self::Several { .. } => None,
        }
    }
}

/// As the spec has it: `404`, `4XX`, `default`.
impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(code) => write!(f, "{code}"),
            Self::Several { written, .. } => f.write_str(written),
        }
    }
}

/// What an [`Arm`] carries.
#[derive(Debug, Clone)]
pub(crate) enum ArmBody {
    /// A JSON object; its keys without the tag. `filled`: see [`OutcomeArm`].
    Object(Vec<Field>),
    /// Any other JSON value.
    Json(Type),
    /// Text of any media type.
    Text,
    /// Bytes of any media type.
    Bytes,
    /// `text/event-stream`: events, one after the other.
    Events,
    /// No body.
    Empty,
    /// No body and a `Location` header (3xx).
    Redirect,
}

/// Who implements an operation.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// A flow of the runtime.
    BuiltIn(BuiltIn),
    /// A method of the trait of its group.
    Custom(Matched),
}

impl Behaviour {
    /// `email-password.sign-up` or `custom`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::BuiltIn(built_in) => built_in.behaviour.name,
            Self::Custom(_) => "custom",
        }
    }

    /// Why it was chosen.
    pub(crate) fn matched(&self) -> Matched {
        match self {
            Self::BuiltIn(built_in) => built_in.matched,
            Self::Custom(matched) => *matched,
        }
    }
}

/// A flow of the runtime, with each of its outcomes tied to an arm of the answer.
#[derive(Debug, Clone)]
pub(crate) struct BuiltIn {
    /// The row of the catalogue.
    pub(crate) behaviour: &'static catalog::Contract,
    /// One for each outcome of the flow, in the catalogue's order.
    pub(crate) outcomes: Vec<OutcomeArm>,
    /// Why this behaviour was chosen.
    pub(crate) matched: Matched,
}

/// Where an outcome of a flow goes.
#[derive(Debug, Clone)]
pub(crate) struct OutcomeArm {
    /// The outcome in the catalogue.
    pub(crate) outcome: &'static Outcome,
    /// Index into `Answer::arms`. `None`: the spec does not document it and the outcome is a *feature*, so the
    /// glue answers `GENERAL_ERROR` if the spec has that arm, and an internal error otherwise.
    pub(crate) arm: Option<usize>,
}

/// Why an operation got its behaviour; shown by `auth-gen routes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matched {
    /// `x-auth-gen` in the spec says so.
    Extension,
    /// `operationId` is in the catalogue.
    OperationId,
    /// Nothing matched.
    Nothing,
}
