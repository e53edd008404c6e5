//! Values of the evaluation, each with the place where it was written.
//!
//! A value is a constant, a text that depends on environment variables, a choice between two values,
//! or unknown for a reason. Nothing in here runs code of the file.

use std::rc::Rc;

use super::conditions::{Condition, Fact};
use super::scope::{Function, Object};
use crate::app_info::setting::Change;

/// Bytes of one of the files that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Index of the file, in the order of reading.
    pub(super) file: usize,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Value<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum Kind<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    /// An environment variable: a text, or undefined.
    Variable(Rc<str>),
    /// A text made of parts, of which at least one depends on the environment.
    Join(Rc<[Value<'a>]>),
    /// A text of the environment after a change.
    Changed(Rc<Value<'a>>, Rc<Change>),
    /// The first value where the condition holds, else the second.
    Choice(Rc<(Condition<'a>, Value<'a>, Value<'a>)>),
    List(Rc<Vec<Value<'a>>>),
    Object(Rc<Object<'a>>),
    Function(Rc<Function<'a>>),
    RegExp(Rc<str>, Rc<str>),
    /// `process.env`.
    Environment,
    /// Something that no file of the project declares: `Object.freeze`.
    Global(Rc<str>),
    /// An export of another module, looked up when it is used; `*` is the whole module.
    Imported(Rc<Import>),
    Unknown(Rc<Reason>),
}

/// `name` of the module `source`, imported by the file of the value's place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) source: String,
    pub(super) name: String,
}

/// Why a value is not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) place: Place,
    pub(super) cause: Cause,
    /// What stands at the place, for the label.
    pub(super) what: String,
    /// The environment variable that it likely holds.
    pub(super) variable: Option<String>,
}

/// The kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A name or a call that comes from a package or a file that is not there.
    Imported,
    /// An answer of the network or of a file.
    Network,
    /// Something that exists while the program runs.
    Runtime,
    /// `NODE_ENV` and its like, which tools set.
    Tool,
    /// What a browser has stored, or the query of its page: absent for a server.
    Stored,
    /// An argument that the file itself does not give.
    Argument,
    /// One of the two before, where the code has a fallback for its absence: it is taken to be
    /// absent, with a warning.
    Absent,
    /// Something that the reader does not follow.
    Unsupported,
}

impl Reason {
    /// The condition that a fallback stands behind.
    pub(super) fn with_fallback(self: &Rc<Self>) -> Rc<Self> {
        match self.cause {
            Cause::Stored | Cause::Argument => Rc::new(Self {
                cause: Cause::Absent,
                what: self.what.clone(),
                variable: self.variable.clone(),
                ..**self
            }),
            _ => Rc::clone(self),
        }
    }
}

/// Equal for sure: objects and functions are equal to themselves only. Places do not count.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        use Kind::*;
        match (&self.kind, &other.kind) {
            (Undefined, Undefined) | (Null, Null) | (Environment, Environment) => true,
            (Bool(a), Bool(b)) => a == b,
            (Number(a), Number(b)) => a == b,
            (Text(a), Text(b)) | (Variable(a), Variable(b)) | (Global(a), Global(b)) => a == b,
            (Join(a), Join(b)) => a == b,
            (Changed(a, x), Changed(b, y)) => a == b && x == y,
            (Choice(a), Choice(b)) => Rc::ptr_eq(a, b) || a == b,
            (List(a), List(b)) => Rc::ptr_eq(a, b),
            (Object(a), Object(b)) => Rc::ptr_eq(a, b),
            (Function(a), Function(b)) => Rc::ptr_eq(a, b),
            (Unknown(a), Unknown(b)) => a == b,
            (Imported(a), Imported(b)) => a == b,
            _ => false,
        }
    }
}

impl<'a> Value<'a> {
    pub(super) fn new(kind: Kind<'a>, place: Place) -> Self {
        Self { kind, place }
    }

    pub(super) fn text(text: &str, place: Place) -> Self {
        Self::new(Kind::Text(text.into()), place)
    }

    pub(super) fn undefined(place: Place) -> Self {
        Self::new(Kind::Undefined, place)
    }

    pub(super) fn unknown(cause: Cause, what: impl Into<String>, place: Place) -> Self {
        let reason = Reason {
            place,
            cause,
            what: what.into(),
            variable: None,
        };
        Self::new(Kind::Unknown(Rc::new(reason)), place)
    }

    /// `then` where the condition holds, else `otherwise`; as simple as it can be said.
    pub(super) fn choice(
        condition: Condition<'a>,
        mut then: Self,
        mut otherwise: Self,
        place: Place,
    ) -> Self {
        match condition {
            Condition::Always(true) => return then,
            Condition::Always(false) => return otherwise,
            _ => {}
        }
        then = then.given(&condition.facts(true));
        otherwise = otherwise.given(&condition.facts(false));
        if then == otherwise {
            return then;
        }
        // `c ? (d ? a : b) : b` is `c && d ? a : b`.
        if let Kind::Choice(inner) = &then.kind
            && inner.2 == otherwise
        {
            let both = Condition::all([condition, inner.0.clone()]);
            return Self::choice(both, inner.1.clone(), otherwise, place);
        }
        if let Condition::Not(inner) = &condition {
            return Self::choice((**inner).clone(), otherwise, then, place);
        }
        Self::new(Kind::Choice(Rc::new((condition, then, otherwise))), place)
    }

    /// The value where these facts hold.
    fn given(self, facts: &[Fact<'a>]) -> Self {
        match &self.kind {
            Kind::Choice(choice) => {
                let (condition, then, otherwise) = &**choice;
                match condition.given(facts) {
                    Condition::Always(true) => then.clone().given(facts),
                    Condition::Always(false) => otherwise.clone().given(facts),
                    condition => {
                        let then = then.clone().given(facts);
                        let otherwise = otherwise.clone().given(facts);
                        if then == otherwise {
                            return then;
                        }
                        let choice = Rc::new((condition, then, otherwise));
                        Self::new(Kind::Choice(choice), self.place)
                    }
                }
            }
            Kind::Variable(_) => {
                let is_set = Condition::Has(Rc::new(self.clone()));
                match is_set.given(facts) {
                    Condition::Always(false) => Self::undefined(self.place),
                    _ => self,
                }
            }
            _ => self,
        }
    }

    /// How much there is of it, with everything that it is made of.
    pub(super) fn size(&self, limit: usize) -> usize {
        let mut left = limit;
        self.count(&mut left);
        limit - left
    }

    pub(super) fn count(&self, left: &mut usize) {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return;
        }
        match &self.kind {
            Kind::Text(text) => *left = left.saturating_sub(text.len() / 64),
            Kind::Join(parts) => parts.iter().for_each(|part| part.count(left)),
            Kind::Changed(of, _) => of.count(left),
            Kind::Choice(choice) => {
                choice.0.count(left);
                choice.1.count(left);
                choice.2.count(left);
            }
            _ => {}
        }
    }
}
