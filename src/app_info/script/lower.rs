//! From a value to a setting of the generated server.

use std::rc::Rc;

use super::conditions::Condition;
use super::environment;
use super::machine::Machine;
use super::value::{Cause, Kind, Place, Reason, Value};
use crate::app_info::setting::{self, Setting};

/// What a value is for appInfo.
pub(super) enum Lowered {
    Setting(Setting),
    Absent,
    /// Something that is no text, in words, and where.
    Other(&'static str, Place),
    Unknown(Rc<Reason>),
}

impl<'a> Machine<'a> {
    /// The setting that a value is. What is taken to be absent goes to `assumed`.
    pub(super) fn lower(&mut self, value: &Value<'a>, assumed: &mut Vec<Rc<Reason>>) -> Lowered {
        let value = self.settled(value);
        let place = value.place;
        Lowered::Setting(match &value.kind {
            Kind::Text(text) => Setting::Text(text.to_string()),
            Kind::Variable(name) => Setting::Env {
                name: name.to_string(),
                default: None,
            },
            Kind::Join(parts) => {
                let mut settings = Vec::new();
                for part in parts.iter() {
                    match self.lower(part, assumed) {
                        Lowered::Setting(setting) => settings.push(setting),
                        Lowered::Absent => settings.push(Setting::Text("undefined".to_owned())),
                        other => return other,
                    }
                }
                Setting::Join(settings)
            }
            Kind::Changed(of, change) => match self.lower(of, assumed) {
                Lowered::Setting(setting) => Setting::Changed {
                    of: Box::new(setting),
                    change: (**change).clone(),
                },
                other => return other,
            },
            Kind::Choice(choice) => {
                let (condition, then, otherwise) = &**choice;
                return self.lower_choice(condition, then, otherwise, place, assumed);
            }
            Kind::Undefined | Kind::Null => return Lowered::Absent,
            Kind::Unknown(reason) => return Lowered::Unknown(Rc::clone(reason)),
            other => return Lowered::Other(describe(other), place),
        })
    }

    /// A value that is no import and nothing undeclared.
    pub(super) fn settled(&mut self, value: &Value<'a>) -> Value<'a> {
        let value = self.force(value);
        match &value.kind {
            Kind::Global(path) => environment::unknown_global(path, value.place),
            _ => value,
        }
    }

    /// Where a value stands, past what is taken to be absent.
    pub(super) fn place_of(&mut self, value: &Value<'a>) -> Place {
        let value = self.force(value);
        if let Kind::Choice(choice) = &value.kind {
            match self.assume(&choice.0, &mut Vec::new()) {
                Condition::Always(true) => return self.place_of(&choice.1),
                Condition::Always(false) => return self.place_of(&choice.2),
                _ => {}
            }
        }
        value.place
    }

    fn lower_choice(
        &mut self,
        condition: &Condition<'a>,
        then: &Value<'a>,
        otherwise: &Value<'a>,
        place: Place,
        assumed: &mut Vec<Rc<Reason>>,
    ) -> Lowered {
        let condition = match self.assume(condition, assumed) {
            Condition::Always(true) => return self.lower(then, assumed),
            Condition::Always(false) => return self.lower(otherwise, assumed),
            other => other,
        };
        if let Some(reason) = unknown_in(&condition) {
            return Lowered::Unknown(reason);
        }
        // `X ? f(X) : rest`, where `f(X)` has a value just where `X` has one.
        let falls_back = match &condition {
            Condition::Has(value) => follows(then, value),
            _ => false,
        };
        let then = self.lower(then, assumed);
        let otherwise = self.lower(otherwise, assumed);
        let setting = |lowered| match lowered {
            Lowered::Setting(setting) => Ok(setting),
            Lowered::Absent => Ok(Setting::First(Vec::new())),
            other => Err(other),
        };
        let (then, otherwise) = match (setting(then), setting(otherwise)) {
            (Ok(then), Ok(otherwise)) => (then, otherwise),
            // The reason to show is an unknown side, or else a side of the wrong type.
            (Err(unknown @ Lowered::Unknown(_)), _) | (_, Err(unknown @ Lowered::Unknown(_))) => {
                return unknown;
            }
            (Err(other), _) | (_, Err(other)) => return other,
        };
        if falls_back {
            return Lowered::Setting(first([then, otherwise]));
        }
        match self.lower_condition(&condition, assumed) {
            Ok(condition) => Lowered::Setting(Setting::Choice {
                condition,
                then: Box::new(then),
                otherwise: Box::new(otherwise),
            }),
            Err(Some(reason)) => Lowered::Unknown(reason),
            Err(None) => Lowered::Other("a condition", place),
        }
    }

    fn lower_condition(
        &mut self,
        condition: &Condition<'a>,
        assumed: &mut Vec<Rc<Reason>>,
    ) -> Result<setting::Condition, Option<Rc<Reason>>> {
        let mut lower = |value: &Value<'a>| match self.lower(value, assumed) {
            Lowered::Setting(setting) => Ok(Box::new(setting)),
            Lowered::Unknown(reason) => Err(Some(reason)),
            Lowered::Absent | Lowered::Other(..) => Err(None),
        };
        Ok(match condition {
            Condition::Has(value) => setting::Condition::Has(lower(value)?),
            Condition::Is(value, text) => setting::Condition::Is(lower(value)?, text.to_string()),
            Condition::Not(inner) => {
                setting::Condition::Not(Box::new(self.lower_condition(inner, assumed)?))
            }
            Condition::All(all) => {
                let all = all.iter().map(|it| self.lower_condition(it, assumed));
                setting::Condition::All(all.collect::<Result<_, _>>()?)
            }
            Condition::Any(any) => {
                let any = any.iter().map(|it| self.lower_condition(it, assumed));
                setting::Condition::Any(any.collect::<Result<_, _>>()?)
            }
            Condition::Unknown(reason) => return Err(Some(Rc::clone(reason))),
            Condition::Always(_) => return Err(None),
        })
    }

    /// The condition, where everything is absent that code has a fallback for.
    fn assume(
        &mut self,
        condition: &Condition<'a>,
        assumed: &mut Vec<Rc<Reason>>,
    ) -> Condition<'a> {
        match condition {
            Condition::Unknown(reason) if reason.cause == Cause::Absent => {
                if assumed.iter().all(|known| known.place != reason.place) {
                    assumed.push(Rc::clone(reason));
                }
                Condition::Always(false)
            }
            Condition::Not(inner) => self.assume(inner, assumed).not(),
            Condition::All(all) => {
                let all: Vec<_> = all.iter().map(|it| self.assume(it, assumed)).collect();
                Condition::all(all)
            }
            Condition::Any(any) => {
                let any: Vec<_> = any.iter().map(|it| self.assume(it, assumed)).collect();
                Condition::any(any)
            }
            other => other.clone(),
        }
    }

    /// The texts and the variables that a value is made of, for the help of a diagnostic about its unknown parts.
    pub(super) fn known_parts(&mut self, value: &Value<'a>) -> (Vec<String>, Vec<String>) {
        let mut texts = Vec::new();
        let mut variables = Vec::new();
        self.collect_parts(value, &mut texts, &mut variables);
        (texts, variables)
    }

    fn collect_parts(
        &mut self,
        value: &Value<'a>,
        texts: &mut Vec<String>,
        variables: &mut Vec<String>,
    ) {
        let value = self.force(value);
        match &value.kind {
            Kind::Text(text) => texts.push(text.to_string()),
            Kind::Variable(name) => variables.push(name.to_string()),
            Kind::Choice(choice) => {
                self.collect_parts(&choice.1, texts, variables);
                self.collect_parts(&choice.2, texts, variables);
            }
            Kind::Changed(of, _) => self.collect_parts(of, texts, variables),
            Kind::Join(_) => {
                if let Lowered::Setting(setting) = self.lower(&value, &mut Vec::new()) {
                    variables.extend(setting.variables().into_iter().map(|(name, _)| name));
                    texts.extend(setting.default_text());
                }
            }
            Kind::Function(function) => {
                let function = Rc::clone(function);
                let outcome = self.call_from_outside(&function);
                if !matches!(outcome.kind, Kind::Function(_)) {
                    self.collect_parts(&outcome, texts, variables);
                }
            }
            Kind::Unknown(reason) => variables.extend(reason.variable.clone()),
            _ => {}
        }
    }
}

/// The first of two settings that has a value, said as simply as it can be.
fn first(settings: [Setting; 2]) -> Setting {
    let mut flat = Vec::new();
    for setting in settings {
        match setting {
            Setting::First(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.as_slice() {
        [
            Setting::Env {
                name,
                default: None,
            },
            Setting::Text(text),
        ] => Setting::Env {
            name: name.clone(),
            default: Some(text.clone()),
        },
        [_] => flat.remove(0),
        _ => Setting::First(flat),
    }
}

/// Whether a text has a value just where another one has: it is that one, or made of it and known
/// texts alone.
fn follows<'a>(text: &Value<'a>, of: &Value<'a>) -> bool {
    match &text.kind {
        Kind::Join(parts) => {
            let is_known = |it: &Value| matches!(it.kind, Kind::Text(_));
            parts.iter().all(|part| is_known(part) || part == of)
                && parts.iter().any(|part| part == of)
        }
        _ => text == of,
    }
}

fn unknown_in(condition: &Condition) -> Option<Rc<Reason>> {
    match condition {
        Condition::Unknown(reason) => Some(Rc::clone(reason)),
        Condition::Not(inner) => unknown_in(inner),
        Condition::All(all) | Condition::Any(all) => all.iter().find_map(unknown_in),
        Condition::Has(_) | Condition::Is(..) | Condition::Always(_) => None,
    }
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool(_) => "a boolean",
        Kind::Number(_) => "a number",
        Kind::List(_) => "a list",
        Kind::Function(_) => "a function",
        Kind::RegExp(..) => "a regular expression",
        _ => "an object",
    }
}
