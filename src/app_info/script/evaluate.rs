//! The value of an expression, as far as it is written down.

use std::ops::Range;

use oxc_ast::ast::{Argument, TemplateLiteral};
use oxc_ast::ast::{
    BinaryOperator, CallExpression, Expression, LogicalExpression, LogicalOperator,
};
use oxc_span::GetSpan;

use super::find::Scope;
use super::{bare, describe, range};
use crate::app_info::Setting;
use crate::app_info::value::{Findings, Value, is_variable};
use crate::diagnostic::Diagnostic;

/// How many names may stand for one another before it counts as a circle.
const MAX_DEPTH: usize = 32;

/// The value of the field `name`.
pub(super) fn evaluate(
    name: &str,
    expression: &Expression,
    scope: &Scope,
    findings: &mut Findings,
) -> Value {
    let mut evaluation = Evaluation {
        name,
        field: range(expression.span()),
        scope,
        findings,
        depth: 0,
    };
    evaluation.value(expression)
}

struct Evaluation<'e, 'f, 'a> {
    name: &'e str,
    field: Range<usize>,
    scope: &'e Scope<'e, 'a>,
    findings: &'e mut Findings<'f>,
    depth: usize,
}

impl Evaluation<'_, '_, '_> {
    fn value(&mut self, expression: &Expression) -> Value {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH {
            self.refuse(expression, "found a value that goes round in a circle")
        } else {
            self.read(bare(expression))
        };
        self.depth -= 1;
        value
    }

    fn read(&mut self, expression: &Expression) -> Value {
        if let Some(variable) = variable(expression) {
            return self.variable(expression, variable);
        }
        match expression {
            Expression::StringLiteral(text) if !text.lone_surrogates => {
                literal(text.value.as_str())
            }
            Expression::TemplateLiteral(template) => self.template(expression, template),
            Expression::NullLiteral(_) => Value::Absent,
            Expression::NumericLiteral(_)
            | Expression::BigIntLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::RegExpLiteral(_)
            | Expression::ArrayExpression(_)
            | Expression::ObjectExpression(_) => Value::Other(describe(expression)),
            Expression::Identifier(name) if name.name == "undefined" => Value::Absent,
            Expression::Identifier(name) => match self.scope.constant(name.name.as_str()) {
                Ok(value) => self.value(value),
                Err(reason) => self.refuse(expression, &reason),
            },
            Expression::LogicalExpression(operation) => self.fallback(expression, operation),
            Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
                let parts = (self.value(&sum.left), self.value(&sum.right));
                match parts {
                    (Value::Setting(Setting::Text(left)), Value::Setting(Setting::Text(right))) => {
                        literal(&(left + &right))
                    }
                    (Value::Refused, _) | (_, Value::Refused) => Value::Refused,
                    _ => self.refuse(expression, PARTS),
                }
            }
            other => self.refuse(other, &format!("found {}", describe(other))),
        }
    }

    /// A template whose substitutions are texts.
    fn template(&mut self, expression: &Expression, template: &TemplateLiteral) -> Value {
        let mut text = String::new();
        for (index, quasi) in template.quasis.iter().enumerate() {
            let Some(cooked) = quasi.value.cooked.filter(|_| !quasi.lone_surrogates) else {
                return self.refuse(expression, "found an invalid escape");
            };
            text.push_str(cooked.as_str());
            let Some(substitution) = template.expressions.get(index) else {
                continue;
            };
            match self.value(substitution) {
                Value::Setting(Setting::Text(part)) => text.push_str(&part),
                Value::Refused => return Value::Refused,
                _ => return self.refuse(substitution, PARTS),
            }
        }
        literal(&text)
    }

    /// `process.env.X ?? "default"`, or the same with `||`.
    fn fallback(&mut self, expression: &Expression, operation: &LogicalExpression) -> Value {
        if operation.operator == LogicalOperator::And {
            return self.refuse(expression, "found a condition");
        }
        let name = match self.value(&operation.left) {
            Value::Setting(Setting::Env {
                name,
                default: None,
            }) => name,
            // A variable that has a default, or a text, never lets the right side have its say;
            // but an empty text does, with `||`.
            Value::Setting(setting) => {
                let empty = match &setting {
                    Setting::Text(text) => text.is_empty(),
                    Setting::Env { default, .. } => default.as_deref() == Some(""),
                };
                if empty && operation.operator == LogicalOperator::Or {
                    return self.refuse(expression, "found an empty text with a fallback");
                }
                return Value::Setting(setting);
            }
            Value::Absent => return self.value(&operation.right),
            Value::Other(_) => return self.refuse(expression, "found an operation"),
            Value::Refused => return Value::Refused,
        };
        let default = match self.value(&operation.right) {
            Value::Setting(Setting::Text(text)) => Some(text),
            Value::Absent => None,
            Value::Refused => return Value::Refused,
            Value::Setting(Setting::Env { .. }) => {
                return self.refuse(&operation.right, "found a second variable");
            }
            Value::Other(what) => {
                return self.refuse(&operation.right, &format!("found {what} as the default"));
            }
        };
        Value::Setting(Setting::Env { name, default })
    }

    fn variable(&mut self, expression: &Expression, name: &str) -> Value {
        if !is_variable(name) {
            return self.refuse(expression, "found a variable with an invalid name");
        }
        Value::Setting(Setting::Env {
            name: name.to_owned(),
            default: None,
        })
    }

    fn refuse(&mut self, expression: &Expression, found: &str) -> Value {
        let title = format!(
            "the value of `{}` cannot be read without running the file",
            self.name
        );
        let place = range(expression.span());
        let elsewhere = place.start < self.field.start || place.end > self.field.end;
        let mut diagnostic = Diagnostic::error("app-info-not-static", title)
            .at(self.findings.span(place), found)
            .help(
                "write a text in quotes, or `process.env.NAME ?? \"default\"`: the generated server \
                 then reads that variable when it starts",
            );
        if elsewhere {
            diagnostic = diagnostic.at(self.findings.span(self.field.clone()), "used here");
        }
        self.findings.push(diagnostic);
        Value::Refused
    }
}

const PARTS: &str = "only texts can be put together, and this is no known text";

fn literal(text: &str) -> Value {
    Value::Setting(Setting::Text(text.to_owned()))
}

/// The name of the environment variable that an expression reads.
fn variable<'e>(expression: &'e Expression) -> Option<&'e str> {
    match expression {
        Expression::StaticMemberExpression(member) if is_environment(&member.object) => {
            Some(member.property.name.as_str())
        }
        Expression::ComputedMemberExpression(member) if is_environment(&member.object) => {
            match bare(&member.expression) {
                Expression::StringLiteral(name) => Some(name.value.as_str()),
                _ => None,
            }
        }
        Expression::CallExpression(call) => deno_variable(call),
        _ => None,
    }
}

/// `process.env`, `Bun.env` or `import.meta.env`.
fn is_environment(expression: &Expression) -> bool {
    let Expression::StaticMemberExpression(member) = bare(expression) else {
        return false;
    };
    member.property.name == "env"
        && match bare(&member.object) {
            Expression::Identifier(object) => object.name == "process" || object.name == "Bun",
            Expression::ImportMeta(_) => true,
            _ => false,
        }
}

/// `Deno.env.get("X")`.
fn deno_variable<'e>(call: &'e CallExpression) -> Option<&'e str> {
    let Expression::StaticMemberExpression(get) = &call.callee else {
        return None;
    };
    let Expression::StaticMemberExpression(env) = &get.object else {
        return None;
    };
    let Expression::Identifier(deno) = &env.object else {
        return None;
    };
    match call.arguments.as_slice() {
        [Argument::StringLiteral(name)]
            if get.property.name == "get" && env.property.name == "env" && deno.name == "Deno" =>
        {
            Some(name.value.as_str())
        }
        _ => None,
    }
}
