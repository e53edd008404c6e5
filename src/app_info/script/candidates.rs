//! Which of the values of a file is appInfo.
//!
//! Wanted are, in this order: a variable or export named `appInfo`, a property of that name, and any
//! object with the fields of appInfo. Functions that the file does not call itself are called from
//! outside, so that what stands in them is found too.

use std::rc::Rc;

use super::machine::Machine;
use super::scope::Binding;
use super::value::{Kind, Place, Reason, Value};

/// How many functions are called from outside.
const MAX_CALLS: usize = 100;

/// A value that may be appInfo.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    rank: Rank,
    pub(super) place: Place,
    pub(super) value: Value<'a>,
}

/// The lower, the likelier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Variable,
    Export,
    Property,
    Default,
    Literal,
}

/// Why no candidate is taken.
pub(super) enum Missing<'a> {
    /// There is none.
    Nothing,
    /// There is one, and it is no object.
    NoObject(Candidate<'a>),
    /// Several, which differ; with the names that lead to them.
    Several(Vec<(Option<String>, Candidate<'a>)>),
    /// No export and no variable has the name that is asked for; these lead to an appInfo.
    NoName(Vec<String>),
}

impl<'a> Machine<'a> {
    /// A variable named `appInfo`.
    pub(super) fn found_name(&mut self, value: &Value<'a>, place: Place, is_top: bool) {
        let rank = if is_top {
            Rank::Variable
        } else {
            Rank::Property
        };
        self.found(rank, value, place);
    }

    /// A property named `appInfo`.
    pub(super) fn found_property(&mut self, value: &Value<'a>, place: Place) {
        self.found(Rank::Property, value, place);
    }

    /// An object of any name.
    pub(super) fn found_literal(&mut self, value: &Value<'a>) {
        if value.place.file == 0 && self.is_like_app_info(value) {
            self.found(Rank::Literal, value, value.place);
        }
    }

    fn found(&mut self, rank: Rank, value: &Value<'a>, place: Place) {
        let is_known = |it: &Candidate| it.place == place && it.rank == rank;
        if place.file == 0 && !self.candidates.iter().any(is_known) {
            self.candidates.push(Candidate {
                rank,
                place,
                value: value.clone(),
            });
        }
    }

    /// appInfo of the first file, which has been evaluated.
    pub(super) fn choose(&mut self, name: Option<&str>) -> Result<Value<'a>, Missing<'a>> {
        let place = Place {
            file: 0,
            start: 0,
            end: 0,
        };
        if let Some(value) = self.export_named("appInfo", place) {
            self.found(Rank::Export, &value, value.place);
        }
        if let Some(name) = name {
            return self.named(name, place);
        }
        if let Some(value) = self.best(Rank::Export)? {
            return Ok(value);
        }
        self.call_functions();
        if let Some(value) = self.best(Rank::Property)? {
            return Ok(value);
        }
        if let Some(value) = self.export(0, "default", place) {
            self.found(Rank::Default, &value, value.place);
        }
        if let Some(value) = self.best(Rank::Literal)? {
            return Ok(value);
        }
        // A default export of any other kind is no candidate.
        let first = self.candidates.iter().filter(|it| it.rank < Rank::Default);
        match first.min_by_key(|it| it.rank) {
            Some(first) => Err(Missing::NoObject(first.clone())),
            None => Err(Missing::Nothing),
        }
    }

    fn export_named(&mut self, name: &str, place: Place) -> Option<Value<'a>> {
        let value = self.export(0, name, place)?;
        (!matches!(self.force(&value).kind, Kind::Undefined)).then_some(value)
    }

    /// Calls what the file does not call itself and what may hold appInfo.
    fn call_functions(&mut self) {
        for index in 0..MAX_CALLS {
            // A call may meet others.
            let Some(function) = self.functions.get(index).map(Rc::clone) else {
                break;
            };
            let text = self.text(function.place);
            if !function.was_called.get()
                && (text.contains("appInfo") || text.contains("apiDomain"))
            {
                self.call_from_outside(&function);
            }
        }
    }

    /// The object of the likeliest candidates up to a rank.
    fn best(&mut self, last: Rank) -> Result<Option<Value<'a>>, Missing<'a>> {
        let mut found: Vec<(Rank, Candidate<'a>, Value<'a>)> = Vec::new();
        for candidate in self.candidates.clone() {
            if candidate.rank <= last
                && let Some(object) = self.object_in(&candidate.value, candidate.rank)
            {
                found.push((candidate.rank, candidate, object));
            }
        }
        found.sort_by_key(|(rank, candidate, _)| (*rank, candidate.place));
        let Some(first) = found.first().map(|(rank, ..)| *rank) else {
            return Ok(None);
        };
        found.retain(|(rank, ..)| *rank == first);
        // A frontend's own appInfo lacks the website.
        let mut complete = found.clone();
        complete.retain(|(_, _, object)| self.is_complete(object));
        if !complete.is_empty() {
            found = complete;
        }
        let (_, _, object) = found[0].clone();
        let fields = self.fields(&object);
        let differs = found
            .iter()
            .any(|(_, _, other)| self.fields(other) != fields);
        if !differs || first < Rank::Property {
            return Ok(Some(object));
        }
        let several = found.into_iter().map(|(_, candidate, _)| {
            let name = self.name_around(candidate.place);
            (name, candidate)
        });
        Err(Missing::Several(several.collect()))
    }

    /// The fields of appInfo that an object has.
    fn fields(&mut self, object: &Value<'a>) -> Vec<(Rc<str>, Value<'a>)> {
        let mut fields = Vec::new();
        for (key, place) in self.keys(object) {
            if crate::app_info::check::is_field(&key) {
                let value = self.member(object, &key, place);
                fields.push((key, value));
            }
        }
        fields.sort_by(|left, right| left.0.cmp(&right.0));
        fields
    }

    /// The appInfo object that a value is, gives when it is called, or has as a property.
    fn object_in(&mut self, value: &Value<'a>, rank: Rank) -> Option<Value<'a>> {
        let mut value = self.force(value);
        for _ in 0..4 {
            if let Kind::Function(function) = &value.kind {
                let function = Rc::clone(function);
                let outcome = self.call_from_outside(&function);
                value = self.force(&outcome);
            }
            if self.is_like_app_info(&value) {
                return Some(value);
            }
            let is_object = matches!(value.kind, Kind::Object(_));
            let is_choice = matches!(value.kind, Kind::Choice(_));
            if !is_object && !is_choice {
                return None;
            }
            let inner = self.member(&value, "appInfo", value.place);
            let inner = self.force(&inner);
            match inner.kind {
                Kind::Object(_) | Kind::Choice(_) | Kind::Function(_) => value = inner,
                _ => break,
            }
        }
        // What is named appInfo is one, whatever it lacks.
        let is_meant = match rank {
            Rank::Variable | Rank::Export | Rank::Property => true,
            Rank::Default => self
                .fields(&value)
                .iter()
                .any(|(key, _)| &**key == "appName"),
            Rank::Literal => false,
        };
        (matches!(value.kind, Kind::Object(_)) && is_meant).then_some(value)
    }

    fn is_like_app_info(&mut self, value: &Value<'a>) -> bool {
        let keys = self.keys(value);
        let has = |name: &str| keys.iter().any(|(key, _)| &**key == name);
        has("apiDomain") && (has("appName") || has("websiteDomain") || has("origin"))
    }

    fn is_complete(&mut self, value: &Value<'a>) -> bool {
        let keys = self.keys(value);
        let has = |name: &str| keys.iter().any(|(key, _)| &**key == name);
        has("apiDomain") && has("appName") && (has("websiteDomain") || has("origin"))
    }

    /// The appInfo behind a name that the user gives: an export, a variable of the file, or the
    /// declaration that holds it; `a.b` is a member of `a`.
    fn named(&mut self, name: &str, place: Place) -> Result<Value<'a>, Missing<'a>> {
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let mut value = match self.export_named(first, place) {
            Some(value) => Some(value),
            None => {
                let scope = Rc::clone(&self.modules[0].scope);
                let is_declared = matches!(
                    scope.find(first),
                    Some((_, Binding::Value(_) | Binding::Early(_)))
                );
                is_declared.then(|| self.name(first, &scope, place))
            }
        };
        for part in parts {
            value = value.map(|value| self.member(&value, part, place));
        }
        if let Some(value) = &value
            && let Some(object) = self.object_in(value, Rank::Variable)
        {
            return Ok(object);
        }
        self.call_functions();
        for candidate in self.candidates.clone() {
            if self.name_around(candidate.place).as_deref() == Some(name)
                && let Some(object) = self.object_in(&candidate.value, Rank::Variable)
            {
                return Ok(object);
            }
        }
        if let Some(value) = value {
            let candidate = Candidate {
                rank: Rank::Variable,
                place: value.place,
                value,
            };
            return Err(Missing::NoObject(candidate));
        }
        let mut names: Vec<String> = Vec::new();
        for candidate in self.candidates.clone() {
            let name = self.name_around(candidate.place);
            names.extend(name.filter(|name| !names.contains(name)));
        }
        if names.is_empty() {
            names = self.export_names(0);
        }
        Err(Missing::NoName(names))
    }

    /// The name of the declaration of the file's top level that holds a place.
    fn name_around(&self, place: Place) -> Option<String> {
        let module = &self.modules[0];
        let around = module.statements.iter().find(|statement| {
            let whole = module.scope.place(*statement);
            whole.start <= place.start && place.end <= whole.end
        })?;
        super::declared_name(around, place)
    }

    /// The reason why a candidate is no object.
    pub(super) fn why_no_object(&mut self, candidate: &Candidate<'a>) -> Option<Rc<Reason>> {
        let mut value = self.force(&candidate.value);
        if let Kind::Function(function) = &value.kind {
            let function = Rc::clone(function);
            let outcome = self.call_from_outside(&function);
            value = self.force(&outcome);
        }
        match self.settled(&value).kind {
            Kind::Unknown(reason) => Some(reason),
            _ => None,
        }
    }
}
