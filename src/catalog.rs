//! The built-in behaviours and the contract of each: a table, no code.
//!
//! A row says which operations it answers to, what it needs of the spec, and what it can answer.
//! `lower` checks the spec against it; `emit` turns each [`Outcome`] into an arm of the answer.

mod domain;
mod table;

pub(crate) use table::BEHAVIOURS;

/// The behaviour that `x-auth-gen` calls by this name.
pub(crate) fn by_name(name: &str) -> Option<&'static Behaviour> {
    BEHAVIOURS.iter().find(|behaviour| behaviour.name == name)
}

/// The behaviour that this operationId belongs to.
pub(crate) fn by_operation_id(id: &str) -> Option<&'static Behaviour> {
    BEHAVIOURS
        .iter()
        .find(|behaviour| behaviour.operation_ids.contains(&id))
}

/// A behaviour that the runtime implements.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Behaviour {
    /// `email-password.sign-up`: what `x-auth-gen` names and `auth-gen routes` prints.
    pub(crate) name: &'static str,
    /// Accepted operationIds, ours first.
    pub(crate) operation_ids: &'static [&'static str],
    /// The recipe's id on the wire (`rid`): `emailpassword`.
    pub(crate) recipe: &'static str,
    /// `email_password`: the flows are in `flows::email_password`.
    pub(crate) module: &'static str,
    /// `sign_up`: the flow's function.
    pub(crate) function: &'static str,
    /// `SignUp`: the flow's outcome enum in the same module.
    pub(crate) outcome_type: &'static str,
    /// Required HTTP method, upper case.
    pub(crate) method: &'static str,
    /// Accepted paths under the base path and without tenant.
    pub(crate) paths: &'static [&'static str],
    /// Whether the behaviour knows tenants.
    pub(crate) tenancy: Tenancy,
    /// What pages of other origins may do with it.
    pub(crate) origins: Origins,
    /// Keys that the request body must describe, with the kind that each must have.
    pub(crate) body: &'static [(&'static str, BodyKind)],
    /// Query parameters that the operation must describe.
    pub(crate) query: &'static [&'static str],
    /// All that the flow can answer.
    pub(crate) outcomes: &'static [Outcome],
}

/// See `ir::Tenancy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "see ir::Tenancy")]
pub(crate) enum Tenancy {
    Tenant,
    Ignored,
}

/// What pages of origins other than the website's may do with an operation. See `web::Origins` of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origins {
    /// Nothing that involves cookies.
    Own,
    /// Read its answer, which holds nothing secret.
    AnyMayRead,
    /// Send it, cookies included, because something else protects it against forged requests.
    #[allow(
        dead_code,
        reason = "no behaviour of the table is sent by a page of another origin so far"
    )]
    AnyMaySend,
}

impl Origins {
    /// Its variant in the runtime.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Own => "Own",
            Self::AnyMayRead => "AnyMayRead",
            Self::AnyMaySend => "AnyMaySend",
        }
    }
}

/// What a key of a built-in's request body must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// An array of `{id, value}`.
    FormFields,
    /// A string.
    Text,
}

/// One answer of a flow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Variant of the flow's outcome enum.
    pub(crate) variant: &'static str,
    /// Literal of `status` on the wire; `None` for an answer without it (refresh, JWKS, discovery).
    pub(crate) status: Option<&'static str>,
    /// Whether a spec without it is an error.
    pub(crate) class: Class,
    /// What it carries: named fields of the variant.
    pub(crate) fields: &'static [DomainField],
}

/// Whether the spec must document an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The behaviour cannot work without it.
    Required,
    /// Without it the feature behind it is off, or answers `GENERAL_ERROR`.
    Feature,
}

/// A field that a flow fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DomainField {
    /// Its name on the wire.
    pub(crate) wire: &'static str,
    /// Its name in the runtime.
    pub(crate) rust: &'static str,
    /// Its type in the runtime.
    pub(crate) ty: DomainType,
    /// `true`: always filled, so it is non-optional in the model and added where a published spec forgot it.
    /// `false`: an `Option` in the runtime, absent when `None`.
    pub(crate) always: bool,
}

/// The types that flows fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DomainType {
    /// `String` in the runtime; the spec may list values, the runtime may know more (an open enum).
    Text,
    /// `bool`.
    Bool,
    /// `i64`: milliseconds or a count.
    Int,
    /// `serde_json::Value`.
    #[allow(dead_code, reason = "no behaviour of the table fills free JSON so far")]
    Json,
    /// `Vec<String>`.
    Texts,
    /// A struct of the runtime.
    Struct(&'static DomainStruct),
    /// `Vec` of a struct.
    List(&'static DomainStruct),
}

/// A struct of the runtime that flows hand out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DomainStruct {
    /// Its path in the runtime: `crate::flows::User`.
    pub(crate) path: &'static str,
    /// The name to give the model when the spec has none for it.
    pub(crate) name: &'static str,
    /// Its fields, in wire order.
    pub(crate) fields: &'static [DomainField],
}
