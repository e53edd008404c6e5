//! Operators, on constants and on texts of the environment.

use std::rc::Rc;

use oxc_ast::ast::{BinaryOperator, Expression, LogicalOperator};

use super::conditions::Condition;
use super::environment;
use super::machine::Machine;
use super::scope::Scope;
use super::value::{Cause, Kind, Place, Value};
use crate::app_info::setting::Change;

impl<'a> Machine<'a> {
    /// Whether a value counts as true.
    pub(super) fn truth(&mut self, value: &Value<'a>) -> Condition<'a> {
        let value = self.force(value);
        match &value.kind {
            Kind::Undefined | Kind::Null => Condition::Always(false),
            Kind::Bool(boolean) => Condition::Always(*boolean),
            Kind::Number(number) => Condition::Always(*number != 0.0 && !number.is_nan()),
            Kind::Text(text) => Condition::Always(!text.is_empty()),
            Kind::Choice(choice) => {
                let (then, otherwise) = (self.truth(&choice.1), self.truth(&choice.2));
                Condition::either(&choice.0, &then, &otherwise)
            }
            _ => self.is_set(&value),
        }
    }

    /// Whether a value is neither undefined nor null. An empty variable counts as not set.
    fn is_set(&mut self, value: &Value<'a>) -> Condition<'a> {
        let value = self.force(value);
        match &value.kind {
            Kind::Undefined | Kind::Null => Condition::Always(false),
            Kind::Choice(choice) => {
                let (then, otherwise) = (self.is_set(&choice.1), self.is_set(&choice.2));
                Condition::either(&choice.0, &then, &otherwise)
            }
            Kind::Variable(_) | Kind::Join(_) | Kind::Changed(..) => {
                Condition::Has(Rc::new(value.clone()))
            }
            Kind::Unknown(reason) => Condition::Unknown(Rc::clone(reason)),
            Kind::Global(path) => match environment::unknown_global(path, value.place).kind {
                Kind::Unknown(_) if matches!(&**path, "process" | "import.meta" | "") => {
                    Condition::Always(true)
                }
                Kind::Unknown(reason) => Condition::Unknown(reason),
                _ => Condition::Always(true),
            },
            _ => Condition::Always(true),
        }
    }

    /// A condition as a value.
    pub(super) fn boolean(&self, condition: Condition<'a>, place: Place) -> Value<'a> {
        let new = |boolean| Value::new(Kind::Bool(boolean), place);
        match condition {
            Condition::Always(boolean) => new(boolean),
            Condition::Unknown(reason) => Value::new(Kind::Unknown(reason), place),
            other => Value::choice(other, new(true), new(false), place),
        }
    }

    /// `&&`, `||` and `??`.
    pub(super) fn logical(
        &mut self,
        operator: LogicalOperator,
        left: &Value<'a>,
        right: &'a Expression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let left = self.force(left);
        let opposite = self.takes_left(operator, &left).not();
        match self.under(&opposite, |machine| machine.value(right, scope)) {
            None => left,
            Some(right) => self.pick(operator, &left, &right, place),
        }
    }

    fn takes_left(&mut self, operator: LogicalOperator, left: &Value<'a>) -> Condition<'a> {
        let with_fallback = |condition| match condition {
            Condition::Unknown(reason) => Condition::Unknown(reason.with_fallback()),
            other => other,
        };
        match operator {
            LogicalOperator::Or => with_fallback(self.truth(left)),
            LogicalOperator::And => self.truth(left).not(),
            LogicalOperator::Coalesce => with_fallback(self.is_set(left)),
        }
    }

    /// The left value where the operator takes it, else the right one.
    fn pick(
        &mut self,
        operator: LogicalOperator,
        left: &Value<'a>,
        right: &Value<'a>,
        place: Place,
    ) -> Value<'a> {
        if let Kind::Choice(choice) = &left.kind {
            let then = self.pick(operator, &choice.1, right, place);
            let otherwise = self.pick(operator, &choice.2, right, place);
            return Value::choice(choice.0.clone(), then, otherwise, place);
        }
        let condition = self.takes_left(operator, left);
        Value::choice(condition, left.clone(), right.clone(), place)
    }

    /// An operator between two values.
    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Value<'a>,
        right: &Value<'a>,
        place: Place,
    ) -> Value<'a> {
        let (left, right) = (self.force(left), self.force(right));
        if let Kind::Choice(choice) = &left.kind {
            let then = self.binary(operator, &choice.1, &right, place);
            let otherwise = self.binary(operator, &choice.2, &right, place);
            return Value::choice(choice.0.clone(), then, otherwise, place);
        }
        if let Kind::Choice(choice) = &right.kind {
            let then = self.binary(operator, &left, &choice.1, place);
            let otherwise = self.binary(operator, &left, &choice.2, place);
            return Value::choice(choice.0.clone(), then, otherwise, place);
        }
        for side in [&left, &right] {
            if let Kind::Unknown(reason) = &side.kind {
                return Value::new(Kind::Unknown(Rc::clone(reason)), place);
            }
        }
        match operator {
            BinaryOperator::StrictEquality | BinaryOperator::Equality => {
                let equal = self.equal(&left, &right, operator == BinaryOperator::Equality);
                self.boolean_or_unknown(equal, place)
            }
            BinaryOperator::StrictInequality | BinaryOperator::Inequality => {
                let equal = self.equal(&left, &right, operator == BinaryOperator::Inequality);
                self.boolean_or_unknown(equal.map(Condition::not), place)
            }
            BinaryOperator::Addition
                if !matches!(
                    (&left.kind, &right.kind),
                    (Kind::Number(_), Kind::Number(_))
                ) =>
            {
                let parts = vec![self.as_text(&left), self.as_text(&right)];
                self.join(parts, place)
            }
            BinaryOperator::In => match (&left.kind, &right.kind) {
                (Kind::Text(key), Kind::Object(_) | Kind::Environment) => {
                    let member = self.member(&right, key, place);
                    let condition = self.is_set(&member);
                    self.boolean(condition, place)
                }
                (_, Kind::Global(_)) => Value::new(Kind::Bool(false), place),
                _ => Value::unknown(Cause::Unsupported, "an operation", place),
            },
            _ => match (&left.kind, &right.kind) {
                (Kind::Number(left), Kind::Number(right)) => {
                    let kind = arithmetic(operator, *left, *right);
                    kind.map_or_else(
                        || Value::unknown(Cause::Unsupported, "an operation", place),
                        |kind| Value::new(kind, place),
                    )
                }
                _ => Value::unknown(Cause::Unsupported, "an operation", place),
            },
        }
    }

    fn boolean_or_unknown(&self, condition: Option<Condition<'a>>, place: Place) -> Value<'a> {
        match condition {
            Some(condition) => self.boolean(condition, place),
            None => Value::unknown(Cause::Unsupported, "a comparison", place),
        }
    }

    /// Whether two values without choices are equal.
    fn equal(&mut self, left: &Value<'a>, right: &Value<'a>, loose: bool) -> Option<Condition<'a>> {
        use Kind::*;
        let nothing = |kind: &Kind| matches!(kind, Undefined | Null);
        let symbolic = |kind: &Kind| matches!(kind, Variable(_) | Join(_) | Changed(..));
        Some(match (&left.kind, &right.kind) {
            (Undefined | Null, _) if symbolic(&right.kind) => self.is_set(right).not(),
            (_, Undefined | Null) if symbolic(&left.kind) => self.is_set(left).not(),
            // An empty variable counts as not set.
            (Text(text), _) if symbolic(&right.kind) && text.is_empty() => self.is_set(right).not(),
            (_, Text(text)) if symbolic(&left.kind) && text.is_empty() => self.is_set(left).not(),
            (Text(text), _) if symbolic(&right.kind) => {
                Condition::Is(Rc::new(right.clone()), Rc::clone(text))
            }
            (_, Text(text)) if symbolic(&left.kind) => {
                Condition::Is(Rc::new(left.clone()), Rc::clone(text))
            }
            _ if symbolic(&left.kind) || symbolic(&right.kind) => match left == right {
                true => Condition::Always(true),
                false => return None,
            },
            (Undefined, Null) | (Null, Undefined) => Condition::Always(loose),
            (Bool(_) | Number(_) | Text(_), Bool(_) | Number(_) | Text(_))
                if loose
                    && std::mem::discriminant(&left.kind)
                        != std::mem::discriminant(&right.kind) =>
            {
                return None;
            }
            (Global(_), other) | (other, Global(_)) if nothing(other) => return None,
            _ => Condition::Always(left == right),
        })
    }

    pub(super) fn type_of(&mut self, value: &Value<'a>, place: Place) -> Value<'a> {
        let value = self.force(value);
        let name = match &value.kind {
            Kind::Undefined => "undefined",
            Kind::Null | Kind::Object(_) | Kind::List(_) | Kind::Environment => "object",
            Kind::Bool(_) => "boolean",
            Kind::Number(_) => "number",
            Kind::Text(_) => "string",
            Kind::Function(_) => "function",
            // What the file declares nowhere, a browser may: a server has none of these.
            Kind::Global(name) => match &**name {
                "process" | "import.meta" | "" | "Math" | "JSON" | "console" => "object",
                _ if BROWSER.contains(&name.split('.').next().unwrap_or_default()) => "undefined",
                _ => return Value::unknown(Cause::Runtime, "is known at run time only", place),
            },
            Kind::Variable(_) | Kind::Join(_) | Kind::Changed(..) => {
                let condition = self.is_set(&value);
                let (text, none) = (
                    Value::text("string", place),
                    Value::text("undefined", place),
                );
                return Value::choice(condition, text, none, place);
            }
            Kind::Choice(choice) => {
                let then = self.type_of(&choice.1, place);
                let otherwise = self.type_of(&choice.2, place);
                return Value::choice(choice.0.clone(), then, otherwise, place);
            }
            _ => return value,
        };
        Value::text(name, place)
    }

    /// A value as it stands in a text.
    pub(super) fn as_text(&mut self, value: &Value<'a>) -> Value<'a> {
        let value = self.force(value);
        let place = value.place;
        let text = match &value.kind {
            Kind::Text(_)
            | Kind::Variable(_)
            | Kind::Join(_)
            | Kind::Changed(..)
            | Kind::Unknown(_) => return value,
            Kind::Undefined => "undefined".to_owned(),
            Kind::Null => "null".to_owned(),
            Kind::Bool(boolean) => boolean.to_string(),
            Kind::Number(number) => match number_text(*number) {
                Some(text) => text,
                None => return Value::unknown(Cause::Unsupported, "a number this large", place),
            },
            Kind::Choice(choice) => {
                let (then, otherwise) = (self.as_text(&choice.1), self.as_text(&choice.2));
                return Value::choice(choice.0.clone(), then, otherwise, place);
            }
            Kind::Global(path) => return environment::unknown_global(path, place),
            Kind::Environment => return Value::unknown(Cause::Runtime, "all variables", place),
            Kind::Function(_) => return Value::unknown(Cause::Unsupported, "a function", place),
            _ => return Value::unknown(Cause::Unsupported, "is not a text", place),
        };
        Value::text(&text, place)
    }

    /// A value as a number.
    pub(super) fn as_number(&mut self, value: &Value<'a>, place: Place) -> Value<'a> {
        let value = self.force(value);
        let number = match &value.kind {
            Kind::Undefined => f64::NAN,
            Kind::Null => 0.0,
            Kind::Bool(boolean) => f64::from(u8::from(*boolean)),
            Kind::Number(number) => *number,
            Kind::Text(text) if text.trim().is_empty() => 0.0,
            Kind::Text(text) if text.chars().all(|c| c.is_ascii_digit() || c == '.') => {
                text.parse().unwrap_or(f64::NAN)
            }
            Kind::Variable(_) | Kind::Join(_) | Kind::Changed(..) => {
                return Value::new(
                    Kind::Changed(Rc::new(value), Rc::new(Change::Number)),
                    place,
                );
            }
            Kind::Choice(choice) => {
                let then = self.as_number(&choice.1, place);
                let otherwise = self.as_number(&choice.2, place);
                return Value::choice(choice.0.clone(), then, otherwise, place);
            }
            Kind::Unknown(_) => return value,
            _ => return Value::unknown(Cause::Unsupported, "is not a number", place),
        };
        Value::new(Kind::Number(number), place)
    }

    /// Texts one after the other.
    pub(super) fn join(&mut self, parts: Vec<Value<'a>>, place: Place) -> Value<'a> {
        let mut joined: Vec<Value<'a>> = Vec::new();
        let flat = parts.into_iter().flat_map(|part| match &part.kind {
            Kind::Join(inner) => inner.to_vec(),
            _ => vec![part],
        });
        for part in flat {
            match (&part.kind, joined.last().map(|last| &last.kind)) {
                (Kind::Unknown(reason), _) => {
                    return Value::new(Kind::Unknown(Rc::clone(reason)), place);
                }
                (Kind::Text(text), _) if text.is_empty() => {}
                (Kind::Text(text), Some(Kind::Text(before))) => {
                    let text = format!("{before}{text}");
                    joined.pop();
                    joined.push(Value::text(&text, place));
                }
                _ => joined.push(part),
            }
        }
        match joined.as_slice() {
            [] => Value::text("", place),
            [one] => Value::new(one.kind.clone(), place),
            _ => self.bounded(Value::new(Kind::Join(joined.into()), place), place),
        }
    }
}

/// The roots of what only a browser has.
pub(super) const BROWSER: [&str; 10] = [
    "window",
    "document",
    "location",
    "navigator",
    "localStorage",
    "sessionStorage",
    "self",
    "history",
    "screen",
    "XMLHttpRequest",
];

fn arithmetic<'a>(operator: BinaryOperator, left: f64, right: f64) -> Option<Kind<'a>> {
    Some(match operator {
        BinaryOperator::Addition => Kind::Number(left + right),
        BinaryOperator::Subtraction => Kind::Number(left - right),
        BinaryOperator::Multiplication => Kind::Number(left * right),
        BinaryOperator::Division => Kind::Number(left / right),
        BinaryOperator::Remainder => Kind::Number(left % right),
        BinaryOperator::LessThan => Kind::Bool(left < right),
        BinaryOperator::LessEqualThan => Kind::Bool(left <= right),
        BinaryOperator::GreaterThan => Kind::Bool(left > right),
        BinaryOperator::GreaterEqualThan => Kind::Bool(left >= right),
        _ => return None,
    })
}

/// A number as JavaScript writes it, where that is plain decimal notation.
fn number_text(number: f64) -> Option<String> {
    let plain = number == 0.0 || (1e-6..1e21).contains(&number.abs());
    match number {
        _ if number.is_nan() => Some("NaN".to_owned()),
        _ if number == 0.0 => Some("0".to_owned()),
        _ => plain.then(|| number.to_string()),
    }
}
