//! The values of expressions.

use std::rc::Rc;

use oxc_ast::ast::{
    AssignmentExpression, AssignmentOperator, BinaryOperator, ChainElement, Expression,
    LogicalOperator, UnaryOperator,
};

use super::machine::Machine;
use super::scope::{Binding, Body, Function, Scope};
use super::value::{Cause, Kind, Place, Value};

impl<'a> Machine<'a> {
    /// The value of an expression.
    pub(super) fn value(
        &mut self,
        expression: &'a Expression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let place = scope.place(expression);
        self.step(place, |machine| machine.read(expression, scope, place))
    }

    fn read(
        &mut self,
        expression: &'a Expression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let new = |kind| Value::new(kind, place);
        match expression {
            Expression::StringLiteral(text) if !text.lone_surrogates => {
                Value::text(text.value.as_str(), place)
            }
            Expression::TemplateLiteral(template) => self.template(template, scope, place),
            Expression::NumericLiteral(number) => new(Kind::Number(number.value)),
            Expression::BooleanLiteral(boolean) => new(Kind::Bool(boolean.value)),
            Expression::NullLiteral(_) => new(Kind::Null),
            Expression::RegExpLiteral(regex) => {
                let flags = regex.regex.flags.to_string();
                new(Kind::RegExp(
                    regex.regex.pattern.text.as_str().into(),
                    flags.into(),
                ))
            }
            Expression::Identifier(name) => self.name(name.name.as_str(), scope, place),
            Expression::ThisExpression(_) => match scope.this() {
                Some(this) if !matches!(this.kind, Kind::Unknown(_)) => this,
                _ => Value::unknown(Cause::Runtime, "`this` is known at run time only", place),
            },
            Expression::ParenthesizedExpression(inner) => self.value(&inner.expression, scope),
            Expression::TSAsExpression(inner) => self.value(&inner.expression, scope),
            Expression::TSSatisfiesExpression(inner) => self.value(&inner.expression, scope),
            Expression::TSTypeAssertion(inner) => self.value(&inner.expression, scope),
            Expression::TSNonNullExpression(inner) => self.value(&inner.expression, scope),
            Expression::TSInstantiationExpression(inner) => self.value(&inner.expression, scope),
            Expression::AwaitExpression(inner) => self.value(&inner.argument, scope),
            Expression::SequenceExpression(sequence) => {
                let values = sequence.expressions.iter().map(|it| self.value(it, scope));
                values.last().unwrap_or_else(|| Value::undefined(place))
            }
            Expression::ArrayExpression(array) => self.array(array, scope, place),
            Expression::ObjectExpression(object) => self.object(object, scope, place),
            Expression::ArrowFunctionExpression(arrow) => {
                let function = Function {
                    place,
                    params: &arrow.params,
                    body: Body::of_arrow(&arrow.body),
                    scope: Rc::clone(scope),
                    is_arrow: true,
                    is_generator: false,
                    was_called: false.into(),
                };
                self.met(function)
            }
            Expression::FunctionExpression(function) => self.function(function, scope),
            Expression::ClassExpression(class) => self.class(class, scope),
            Expression::CallExpression(call) => self.call_expression(call, scope, place),
            Expression::NewExpression(call) => self.new_expression(call, scope, place),
            Expression::ImportExpression(import) => {
                let source = self.value(&import.source, scope);
                self.import_call(&source, place)
            }
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.call_expression(call, scope, place),
                ChainElement::TSNonNullExpression(inner) => self.value(&inner.expression, scope),
                ChainElement::StaticMemberExpression(member) => {
                    let object = self.value(&member.object, scope);
                    self.member(&object, member.property.name.as_str(), place)
                }
                ChainElement::ComputedMemberExpression(member) => {
                    let object = self.value(&member.object, scope);
                    let key = self.value(&member.expression, scope);
                    self.computed_member(&object, &key, place)
                }
                ChainElement::PrivateFieldExpression(_) => {
                    Value::unknown(Cause::Unsupported, "a private member", place)
                }
            },
            Expression::StaticMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                self.member(&object, member.property.name.as_str(), place)
            }
            Expression::ComputedMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                let key = self.value(&member.expression, scope);
                self.computed_member(&object, &key, place)
            }
            Expression::ImportMeta(_) => new(Kind::Global("import.meta".into())),
            Expression::ConditionalExpression(choice) => {
                let test = self.value(&choice.test, scope);
                let condition = self.truth(&test);
                let undefined = || Value::undefined(place);
                let then = self.under(&condition, |it| it.value(&choice.consequent, scope));
                let opposite = condition.clone().not();
                let otherwise = self.under(&opposite, |it| it.value(&choice.alternate, scope));
                Value::choice(
                    condition,
                    then.unwrap_or_else(undefined),
                    otherwise.unwrap_or_else(undefined),
                    place,
                )
            }
            Expression::LogicalExpression(logical) => {
                let left = self.value(&logical.left, scope);
                self.logical(logical.operator, &left, &logical.right, scope, place)
            }
            Expression::BinaryExpression(binary) => {
                let left = self.value(&binary.left, scope);
                let right = self.value(&binary.right, scope);
                self.binary(binary.operator, &left, &right, place)
            }
            Expression::UnaryExpression(unary) => {
                let value = self.value(&unary.argument, scope);
                match unary.operator {
                    UnaryOperator::LogicalNot => {
                        let condition = self.truth(&value).not();
                        self.boolean(condition, place)
                    }
                    UnaryOperator::Typeof => self.type_of(&value, place),
                    UnaryOperator::UnaryPlus => self.as_number(&value, place),
                    UnaryOperator::UnaryNegation => {
                        let zero = Value::new(Kind::Number(0.0), place);
                        self.binary(BinaryOperator::Subtraction, &zero, &value, place)
                    }
                    UnaryOperator::Void => Value::undefined(place),
                    UnaryOperator::Delete | UnaryOperator::BitwiseNot => {
                        Value::unknown(Cause::Unsupported, "an operation", place)
                    }
                }
            }
            Expression::AssignmentExpression(assignment) => {
                self.assignment(assignment, scope, place)
            }
            Expression::JSXElement(element) => {
                self.jsx_element(element, scope);
                Value::unknown(Cause::Unsupported, "a JSX element", place)
            }
            Expression::JSXFragment(fragment) => {
                self.jsx_children(&fragment.children, scope);
                Value::unknown(Cause::Unsupported, "a JSX fragment", place)
            }
            other => Value::unknown(Cause::Unsupported, super::describe(other), place),
        }
    }

    /// What a name stands for.
    pub(super) fn name(&mut self, name: &str, scope: &Rc<Scope<'a>>, place: Place) -> Value<'a> {
        let Some((home, binding)) = scope.find(name) else {
            return match name {
                "undefined" => Value::undefined(place),
                "NaN" => Value::new(Kind::Number(f64::NAN), place),
                "Infinity" => Value::new(Kind::Number(f64::INFINITY), place),
                "globalThis" => Value::new(Kind::Global("".into()), place),
                _ => Value::new(Kind::Global(name.into()), place),
            };
        };
        match binding {
            Binding::Value(value) | Binding::Early(value) => value,
            Binding::Pending => {
                Value::unknown(Cause::Unsupported, "a value that depends on itself", place)
            }
            Binding::Later(declarator) => {
                self.declare_variable(declarator, &home);
                match home.find(name) {
                    Some((_, Binding::Value(value))) => {
                        home.redeclare(name, Binding::Early(value.clone()));
                        value
                    }
                    _ => Value::undefined(place),
                }
            }
        }
    }

    fn assignment(
        &mut self,
        assignment: &'a AssignmentExpression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let operator = assignment.operator;
        if operator == AssignmentOperator::Assign {
            let value = self.value(&assignment.right, scope);
            self.assign(&assignment.left, value.clone(), scope);
            return value;
        }
        let old = self.target_value(&assignment.left, scope);
        let value = match operator {
            AssignmentOperator::LogicalOr => {
                self.logical(LogicalOperator::Or, &old, &assignment.right, scope, place)
            }
            AssignmentOperator::LogicalAnd => {
                self.logical(LogicalOperator::And, &old, &assignment.right, scope, place)
            }
            AssignmentOperator::LogicalNullish => self.logical(
                LogicalOperator::Coalesce,
                &old,
                &assignment.right,
                scope,
                place,
            ),
            _ => {
                let right = self.value(&assignment.right, scope);
                match operator.to_binary_operator() {
                    Some(operator) => self.binary(operator, &old, &right, place),
                    None => Value::unknown(Cause::Unsupported, "an operation", place),
                }
            }
        };
        self.assign(&assignment.left, value.clone(), scope);
        value
    }
}
