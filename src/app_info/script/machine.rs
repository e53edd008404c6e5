//! What the evaluation carries along: the files, its limits, the conditions that are open, and what
//! it has found.

use std::ops::Range;
use std::rc::Rc;

use oxc_allocator::Allocator;
use oxc_span::GetSpan;

use super::candidates::Candidate;
use super::conditions::Condition;
use super::modules::Module;
use super::scope::{Function, Scope};
use super::value::{Cause, Kind, Place, Value};
use crate::source::Files;

/// Steps of one reading: far more than a file of settings takes, and done in a moment.
const MAX_STEPS: usize = 200_000;
/// How deep expressions and calls may nest, so that the call stack suffices.
const MAX_DEPTH: usize = 500;
/// How many parts a value may have.
const MAX_SIZE: usize = 1_000;

/// Evaluates files; total, as every step is counted.
pub(super) struct Machine<'a> {
    pub(super) allocator: &'a Allocator,
    pub(super) files: Files,
    pub(super) modules: Vec<Module<'a>>,
    /// The conditions under which the statement at hand is reached.
    pub(super) conditions: Vec<Condition<'a>>,
    /// Places of the first file that may be appInfo.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// The functions of the first file, in the order in which they were met.
    pub(super) functions: Vec<Rc<Function<'a>>>,
    steps: usize,
    depth: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(allocator: &'a Allocator, files: Files) -> Self {
        Self {
            allocator,
            files,
            modules: Vec::new(),
            conditions: Vec::new(),
            candidates: Vec::new(),
            functions: Vec::new(),
            steps: 0,
            depth: 0,
        }
    }

    /// Does one step that may do others inside of it; unknown where the limits are reached.
    pub(super) fn step(
        &mut self,
        place: Place,
        step: impl FnOnce(&mut Self) -> Value<'a>,
    ) -> Value<'a> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Value::unknown(Cause::Unsupported, "takes too many steps to read", place);
        }
        if self.depth >= MAX_DEPTH {
            return Value::unknown(
                Cause::Unsupported,
                "nests too deeply, or depends on itself",
                place,
            );
        }
        self.depth += 1;
        let value = step(self);
        self.depth -= 1;
        self.bounded(value, place)
    }

    /// Whether another step is allowed; for statements, which have no value.
    pub(super) fn may_step(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MAX_STEPS
    }

    /// The value, unless it has grown too large.
    pub(super) fn bounded(&self, value: Value<'a>, place: Place) -> Value<'a> {
        let composed = matches!(
            value.kind,
            Kind::Text(_) | Kind::Join(_) | Kind::Changed(..) | Kind::Choice(_)
        );
        if composed && value.size(MAX_SIZE) >= MAX_SIZE {
            return Value::unknown(Cause::Unsupported, "is too complex to read", place);
        }
        value
    }

    /// Does something for the case that a condition holds; not at all where it never does.
    pub(super) fn under<T>(
        &mut self,
        condition: &Condition<'a>,
        action: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        match condition {
            Condition::Always(false) => None,
            Condition::Always(true) => Some(action(self)),
            other => {
                self.conditions.push(other.clone());
                let done = action(self);
                self.conditions.pop();
                Some(done)
            }
        }
    }

    /// What holds after an assignment, given how many conditions were open where its target was
    /// made.
    pub(super) fn assigned(
        &self,
        since: usize,
        new: Value<'a>,
        old: Value<'a>,
        place: Place,
    ) -> Value<'a> {
        let open = self.conditions.get(since..).unwrap_or_default();
        let value = Value::choice(Condition::all(open.iter().cloned()), new, old, place);
        self.bounded(value, place)
    }

    /// A block of names that this point of the evaluation makes.
    pub(super) fn block(&self, scope: &Rc<Scope<'a>>) -> Rc<Scope<'a>> {
        scope.inner(None, self.conditions.len())
    }

    /// The text of a place.
    pub(super) fn text(&self, place: Place) -> &str {
        let text = self.modules[place.file].source.text();
        text.get(place.range()).unwrap_or_default()
    }
}

impl Place {
    /// Whether it lies within another one.
    pub(super) fn is_in(self, whole: Place) -> bool {
        self.file == whole.file && whole.start <= self.start && self.end <= whole.end
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Scope<'_> {
    /// The place of a node of this file.
    pub(super) fn place(&self, node: &impl GetSpan) -> Place {
        let span = node.span();
        Place {
            file: self.file,
            start: span.start,
            end: span.end,
        }
    }
}
