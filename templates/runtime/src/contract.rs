//! What an operation of a recipe is, as data: how it is called, what it reads, what it can answer.
//!
//! A recipe writes the contract of its operations once, in `recipes/<recipe>/contract.rs`, with `contracts!`.
//! The macro makes two things of it that cannot differ: the enum of each operation's outcomes, which its flow
//! returns, and the [`Contract`]. The generator compiles the very same files: its catalogue of built-in
//! behaviours is the list of these contracts.

/// What pages of other origins may do with an operation. Own origins are those of the website, of the API
/// and of the settings (`SessionConfig::allowed_origins`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// Nothing that involves cookies: a request in cookie mode that changes state is refused.
    Own,
    /// They may read its answer, without credentials: it holds nothing secret.
    AnyMayRead,
    /// They may send it, cookies included: something else protects it against forged requests, such as the
    /// `state` of an OAuth callback (RFC 9700 §4.7). Only own origins may read its answer.
    AnyMaySend,
}

/// Whether a tenant segment may stand before the path of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// The operation belongs to a tenant; `public` without a segment.
    Tenant,
    /// A tenant segment is accepted and means nothing: the session names its own.
    Ignored,
    /// No tenant segment.
    None,
}

/// Whether an operation may begin a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sessions {
    /// It may: a sign-in.
    Begins,
    /// It does not; an attempt is an internal error.
    Keeps,
}

/// Whether an operation sends something to people. A server that mounts no operation that sends mail needs no
/// mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// It sends nothing.
    Nothing,
    /// It may send mail.
    Mail,
    /// It may send mail or text messages, by the settings of its recipe.
    MailOrSms,
}

/// One operation that a recipe answers.
#[derive(Debug, PartialEq, Eq)]
pub struct Contract {
    /// `email-password.sign-up`: what `x-auth-gen` names and `auth-gen routes` prints.
    pub name: &'static str,
    /// Accepted operationIds, ours first.
    pub operation_ids: &'static [&'static str],
    /// The recipe's id on the wire (`rid`): `emailpassword`.
    pub recipe: &'static str,
    /// `email_password`: the recipe's folder and module.
    pub module: &'static str,
    /// `SIGN_UP`: the name of this contract in that module.
    pub constant: &'static str,
    /// `sign_up`: the function in that module that answers.
    pub function: &'static str,
    /// `SignUp`: the enum of its outcomes in that module.
    pub outcome_type: &'static str,
    /// Required HTTP method, upper case.
    pub method: &'static str,
    /// Accepted paths under the base path and without tenant.
    pub paths: &'static [&'static str],
    /// Whether the operation knows tenants.
    pub tenancy: Tenancy,
    /// What pages of other origins may do with it.
    pub origins: Origins,
    /// Whether it may begin a session.
    pub sessions: Sessions,
    /// What it sends to people.
    pub sends: Sends,
    /// Keys that the request body must describe, with the kind that each must have.
    pub body: &'static [(&'static str, BodyKind)],
    /// Query parameters that the operation must describe.
    pub query: &'static [&'static str],
    /// All that it can answer. `GENERAL_ERROR` is no outcome: any flow may answer it (`Error::General`).
    pub outcomes: &'static [Outcome],
}

/// What a key of a request body must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// An array of `{id, value}`.
    FormFields,
    /// A string.
    Text,
}

/// One answer of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Variant of the outcome enum.
    pub variant: &'static str,
    /// Literal of `status` on the wire; `None` for an answer without it (refresh, JWKS, discovery).
    pub status: Option<&'static str>,
    /// Whether a spec without it is an error.
    pub class: Class,
    /// What it carries: named fields of the variant.
    pub fields: &'static [DomainField],
}

/// Whether the spec must document an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The operation cannot work without it.
    Required,
    /// Without it the feature behind it is off, or answers `GENERAL_ERROR`.
    Feature,
}

/// A field that a flow fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainField {
    /// Its name on the wire.
    pub wire: &'static str,
    /// Its name in the runtime.
    pub rust: &'static str,
    /// Its type in the runtime.
    pub ty: DomainType,
    /// `true`: always filled, so it is non-optional in the model and added where a published spec forgot it.
    /// `false`: an `Option` in the runtime, absent when `None`.
    pub always: bool,
}

/// The types that flows fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainType {
    /// `String`; the spec may list values, the runtime may know more (an open enum).
    Text,
    /// `bool`.
    Bool,
    /// `i64`: milliseconds or a count.
    Int,
    /// `serde_json::Value`.
    Json,
    /// [`Location`]: the outcome is a redirect, and the field is all that it has.
    Location,
    /// `Vec<String>`.
    Texts,
    /// A struct of `shapes.rs`.
    Struct(&'static DomainStruct),
    /// `Vec` of a struct.
    List(&'static DomainStruct),
}

/// A struct that flows hand out.
#[derive(Debug, PartialEq, Eq)]
pub struct DomainStruct {
    /// Its path in the runtime: `recipes::User`.
    pub path: &'static str,
    /// The name to give the model when the spec has none for it.
    pub name: &'static str,
    /// Its fields, in wire order.
    pub fields: &'static [DomainField],
}

/// Where an answer sends the browser: the URL of the header `Location`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(pub String);

impl From<Location> for String {
    fn from(location: Location) -> Self {
        location.0
    }
}

impl Filled for Location {
    const TYPE: DomainType = DomainType::Location;
}

/// A type that flows fill, as the contract describes it.
pub trait Filled {
    /// The type.
    const TYPE: DomainType;
    /// Whether it is always filled.
    const ALWAYS: bool = true;
}

/// A type that lists of flows hold.
pub trait FilledItem {
    /// The type of the list.
    const LIST: DomainType;
}

impl Filled for String {
    const TYPE: DomainType = DomainType::Text;
}

impl Filled for bool {
    const TYPE: DomainType = DomainType::Bool;
}

impl Filled for i64 {
    const TYPE: DomainType = DomainType::Int;
}

impl Filled for serde_json::Value {
    const TYPE: DomainType = DomainType::Json;
}

impl FilledItem for String {
    const LIST: DomainType = DomainType::Texts;
}

impl<T: FilledItem> Filled for Vec<T> {
    const TYPE: DomainType = T::LIST;
}

impl<T: Filled> Filled for Option<T> {
    const TYPE: DomainType = T::TYPE;
    const ALWAYS: bool = false;
}

/// The type of the outcomes of a built-in operation, by which code of the application names the operation.
pub trait BuiltIn: Send + Sized + 'static {
    /// Its contract.
    const CONTRACT: &'static Contract;
}

/// The contracts of one recipe: `rid` is its id on the wire. For each operation it makes a static
/// [`Contract`] and the enum of its outcomes, and for all of them the list `CONTRACTS`. An operation that does not
/// say what it `sends` sends nothing.
macro_rules! contracts {
    (
        recipe $module:ident, rid $rid:literal;
        $(
            $(#[$doc:meta])*
            operation $constant:ident: $function:ident {
                name: $name:literal,
                operation_ids: [$($id:literal),* $(,)?],
                method: $method:literal,
                paths: [$($path:literal),* $(,)?],
                tenancy: $tenancy:ident,
                origins: $origins:ident,
                sessions: $sessions:ident,
                $(sends: $sends:ident,)?
                body: {$($key:literal: $kind:ident),* $(,)?},
                query: [$($parameter:literal),* $(,)?],
            }
            $(#[$outcome_doc:meta])*
            outcome $outcome:ident {
                $(
                    $(#[$variant_doc:meta])*
                    $class:ident $variant:ident $(= $status:literal)? $({
                        $(
                            $(#[$field_doc:meta])*
                            $wire:literal => $field:ident: $ty:ty,
                        )*
                    })?
                )*
            }
        )*
    ) => {
        $(
            $(#[$doc])*
            pub static $constant: $crate::contract::Contract = $crate::contract::Contract {
                name: $name,
                operation_ids: &[$($id),*],
                recipe: $rid,
                module: stringify!($module),
                constant: stringify!($constant),
                function: stringify!($function),
                outcome_type: stringify!($outcome),
                method: $method,
                paths: &[$($path),*],
                tenancy: $crate::contract::Tenancy::$tenancy,
                origins: $crate::contract::Origins::$origins,
                sessions: $crate::contract::Sessions::$sessions,
                sends: $crate::contract::contracts!(@sends $($sends)?),
                body: &[$(($key, $crate::contract::BodyKind::$kind)),*],
                query: &[$($parameter),*],
                outcomes: &[$(
                    $crate::contract::Outcome {
                        variant: stringify!($variant),
                        status: $crate::contract::contracts!(@status $($status)?),
                        class: $crate::contract::Class::$class,
                        fields: &[$($(
                            $crate::contract::DomainField {
                                wire: $wire,
                                rust: stringify!($field),
                                ty: <$ty as $crate::contract::Filled>::TYPE,
                                always: <$ty as $crate::contract::Filled>::ALWAYS,
                            },
                        )*)?],
                    },
                )*],
            };

            $(#[$outcome_doc])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub enum $outcome {
                $(
                    $(#[$variant_doc])*
                    $variant $({
                        $(
                            $(#[$field_doc])*
                            $field: $ty,
                        )*
                    })?,
                )*
            }

            impl $crate::contract::BuiltIn for $outcome {
                const CONTRACT: &'static $crate::contract::Contract = &$constant;
            }
        )*

        /// The contracts of the recipe.
        pub static CONTRACTS: &[&$crate::contract::Contract] = &[$(&$constant),*];
    };
    (@sends) => { $crate::contract::Sends::Nothing };
    (@sends $sends:ident) => { $crate::contract::Sends::$sends };
    (@status) => { None };
    (@status $status:literal) => { Some($status) };
}

/// A struct that flows hand out, with the names of its fields on the wire.
macro_rules! shape {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[$field_meta:meta])*
                $wire:literal => $field:ident: $ty:ty,
            )*
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $(
                $(#[$field_meta])*
                pub $field: $ty,
            )*
        }

        impl $name {
            /// Its fields on the wire.
            pub const SHAPE: &'static $crate::contract::DomainStruct = {
                static SHAPE: $crate::contract::DomainStruct = $crate::contract::DomainStruct {
                    path: concat!("recipes::", stringify!($name)),
                    name: stringify!($name),
                    fields: &[$(
                        $crate::contract::DomainField {
                            wire: $wire,
                            rust: stringify!($field),
                            ty: <$ty as $crate::contract::Filled>::TYPE,
                            always: <$ty as $crate::contract::Filled>::ALWAYS,
                        },
                    )*],
                };
                &SHAPE
            };
        }

        impl $crate::contract::Filled for $name {
            const TYPE: $crate::contract::DomainType = $crate::contract::DomainType::Struct(Self::SHAPE);
        }

        impl $crate::contract::FilledItem for $name {
            const LIST: $crate::contract::DomainType = $crate::contract::DomainType::List(Self::SHAPE);
        }
    };
}

pub(crate) use {contracts, shape};
