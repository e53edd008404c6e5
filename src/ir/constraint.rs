//! What the values of requests must keep to beyond their types (JSON Schema 2020-12, Validation, §6 and §7).

/// Index into `Api::constraints`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConstraintsId(pub(crate) usize);

/// Constraints with a name: those of a body, of a parameter, or of a schema that is used several times.
#[derive(Debug, Clone)]
pub(crate) struct Constraints {
    /// `CREATE_NOTE_REQUEST`: unique, and no keyword.
    pub(crate) name: String,
    /// In the order of the spec; never empty.
    pub(crate) all: Vec<Constraint>,
}

/// A number of the spec.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

/// One constraint; the names are those of the runtime.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constraint {
    /// A keyword with a number: `Minimum`, `MultipleOf`.
    Number(&'static str, Number),
    /// A keyword with a count: `MinLength`, `MaxItems`.
    Count(&'static str, u64),
    /// `pattern`; it compiles.
    Pattern(String),
    /// `format`, where it is checked: `DateTime`.
    Format(&'static str),
    /// `uniqueItems`.
    UniqueItems,
    /// `enum`, where the type does not say it: JSON texts.
    Listed(Vec<String>),
    /// `additionalProperties: false`, and the keys that there may be.
    Closed(Vec<String>),
    /// The value of a key.
    Key(String, Vec<Constraint>),
    /// The values of all keys but these.
    OtherKeys(Vec<String>, Vec<Constraint>),
    /// Each item of a list.
    Items(Vec<Constraint>),
    /// One of several alternatives.
    AnyOf(Vec<Alternative>),
    /// Constraints with a name.
    Of(ConstraintsId),
}

/// One of several alternatives, which its keys and literals decide.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alternative {
    /// The kind of JSON value that it must be: `Text`, or `Any`.
    pub(crate) kind: &'static str,
    /// Keys that it must have.
    pub(crate) required: Vec<String>,
    /// Keys and the texts that they may hold.
    pub(crate) literals: Vec<(String, Vec<String>)>,
    /// What it must keep to.
    pub(crate) constraints: Vec<Constraint>,
}
