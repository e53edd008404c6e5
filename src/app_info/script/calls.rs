//! Calls of functions of the project.

use std::rc::Rc;

use oxc_ast::ast::{Argument, CallExpression, Expression};

use super::environment::is_capitals;
use super::machine::Machine;
use super::scope::{Body, Function, Scope};
use super::statements::Flow;
use super::value::{Cause, Kind, Place, Reason, Value};

impl<'a> Machine<'a> {
    pub(super) fn call_expression(
        &mut self,
        call: &'a CallExpression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let (this, key, callee) = match super::bare(&call.callee) {
            Expression::StaticMemberExpression(member) => {
                let this = self.value(&member.object, scope);
                (Some(this), member.property.name.to_string(), None)
            }
            Expression::Super(_) => {
                self.arguments(&call.arguments, scope);
                return Value::undefined(place);
            }
            other => {
                let callee = self.value(other, scope);
                (None, String::new(), Some(callee))
            }
        };
        let arguments = self.arguments(&call.arguments, scope);
        match (this, callee) {
            (Some(this), _) => self.call_method(&this, &key, &arguments, place),
            (None, Some(callee)) => self.call(&callee, None, arguments, place),
            (None, None) => Value::undefined(place),
        }
    }

    pub(super) fn arguments(
        &mut self,
        arguments: &'a [Argument<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Vec<Value<'a>> {
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::SpreadElement(spread) => {
                    let value = self.value(&spread.argument, scope);
                    match self.force(&value).kind {
                        Kind::List(list) => values.extend(list.iter().cloned()),
                        _ => values.push(Value::unknown(
                            Cause::Unsupported,
                            "a spread of arguments",
                            scope.place(&**spread),
                        )),
                    }
                }
                other => {
                    if let Some(expression) = other.as_expression() {
                        values.push(self.value(expression, scope));
                    }
                }
            }
        }
        values
    }

    /// `this.key(…)`.
    pub(super) fn call_method(
        &mut self,
        this: &Value<'a>,
        key: &str,
        arguments: &[Value<'a>],
        place: Place,
    ) -> Value<'a> {
        let this = self.force(this);
        match &this.kind {
            Kind::Choice(choice) => {
                let then = self.call_method(&choice.1, key, arguments, place);
                let otherwise = self.call_method(&choice.2, key, arguments, place);
                Value::choice(choice.0.clone(), then, otherwise, place)
            }
            Kind::Object(_) => {
                let callee = self.member(&this, key, place);
                self.call(&callee, Some(this), arguments.to_vec(), place)
            }
            Kind::Global(_) | Kind::Unknown(_) => {
                let callee = self.member(&this, key, place);
                self.call(&callee, None, arguments.to_vec(), place)
            }
            Kind::Function(_) if matches!(key, "call" | "apply" | "bind") => {
                Value::unknown(Cause::Unsupported, "a function call", place)
            }
            // `a?.b()`.
            Kind::Undefined | Kind::Null => Value::undefined(place),
            _ => self.built_in_method(&this, key, arguments, place),
        }
    }

    /// The outcome of a call.
    pub(super) fn call(
        &mut self,
        callee: &Value<'a>,
        this: Option<Value<'a>>,
        arguments: Vec<Value<'a>>,
        place: Place,
    ) -> Value<'a> {
        let callee = self.force(callee);
        match &callee.kind {
            Kind::Function(function) => {
                let function = Rc::clone(function);
                self.step(place, |machine| {
                    machine.run(&function, this, arguments, place)
                })
            }
            Kind::Choice(choice) => {
                let then = self.call(&choice.1, this.clone(), arguments.clone(), place);
                let otherwise = self.call(&choice.2, this, arguments, place);
                Value::choice(choice.0.clone(), then, otherwise, place)
            }
            Kind::Global(path) => {
                let path = Rc::clone(path);
                self.built_in(&path, &arguments, place)
            }
            Kind::Unknown(reason) => unknown_call(reason, &arguments, place),
            Kind::Undefined | Kind::Null => Value::undefined(place),
            _ => Value::unknown(Cause::Unsupported, "a function call", place),
        }
    }

    fn run(
        &mut self,
        function: &Rc<Function<'a>>,
        this: Option<Value<'a>>,
        arguments: Vec<Value<'a>>,
        place: Place,
    ) -> Value<'a> {
        function.was_called.set(true);
        if function.is_generator {
            return Value::unknown(Cause::Unsupported, "a generator", place);
        }
        let this = this.filter(|_| !function.is_arrow);
        let scope = function.scope.inner(this, self.conditions.len());
        let mut arguments = arguments.into_iter();
        for parameter in &function.params.items {
            let parameter_place = scope.place(&parameter.pattern);
            let value = arguments.next();
            let value = value.unwrap_or_else(|| Value::undefined(parameter_place));
            let default = parameter.initializer.as_deref();
            let value = self.or_default(value, default, &scope);
            self.bind(&parameter.pattern, value, &scope);
        }
        if let Some(rest) = &function.params.rest {
            let rest_place = scope.place(&**rest);
            let list = Value::new(Kind::List(Rc::new(arguments.collect())), rest_place);
            self.bind(&rest.rest.argument, list, &scope);
        }
        match function.body {
            Body::Expression(expression) => self.value(expression, &scope),
            Body::Statements(statements) => {
                self.hoist(statements, &scope);
                let end = Value::undefined(place);
                match self.statements(statements, &scope) {
                    Flow::Return(value) | Flow::Throw(value) => value,
                    Flow::Sometimes(condition, value) => {
                        Value::choice(condition, value, end, place)
                    }
                    Flow::Next | Flow::Break => end,
                }
            }
        }
    }

    /// Calls a function that the file itself does not call: with unknown arguments.
    pub(super) fn call_from_outside(&mut self, function: &Rc<Function<'a>>) -> Value<'a> {
        let arguments = function.params.items.iter().map(|parameter| {
            let place = function.scope.place(&parameter.pattern);
            Value::unknown(Cause::Argument, "", place)
        });
        let arguments = arguments.collect();
        let callee = Value::new(Kind::Function(Rc::clone(function)), function.place);
        self.call(&callee, None, arguments, function.place)
    }

    /// Takes note of a function of the first file.
    pub(super) fn met(&mut self, function: Function<'a>) -> Value<'a> {
        let function = Rc::new(function);
        let place = function.place;
        if place.file == 0 {
            self.functions.push(Rc::clone(&function));
        }
        Value::new(Kind::Function(function), place)
    }

    pub(super) fn function(
        &mut self,
        function: &'a oxc_ast::ast::Function<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let body = function.body.as_ref();
        self.met(Function {
            place: scope.place(function),
            params: &function.params,
            body: Body::Statements(body.map_or(&[], |body| &body.statements)),
            scope: Rc::clone(scope),
            is_arrow: false,
            is_generator: function.generator,
            was_called: false.into(),
        })
    }
}

/// What a call of something unknown gives is unknown too, and the call is the place to look at.
/// `config.get("API_DOMAIN")` likely gives the variable of that name.
pub(super) fn unknown_call<'a>(
    reason: &Rc<Reason>,
    arguments: &[Value<'a>],
    place: Place,
) -> Value<'a> {
    let named = arguments.first().and_then(|argument| match &argument.kind {
        Kind::Text(text) if is_capitals(text) => Some(text.to_string()),
        _ => None,
    });
    let variable = named.or_else(|| reason.variable.clone());
    let reason = match reason.cause {
        Cause::Imported => Reason {
            place,
            cause: reason.cause,
            what: format!("a call: {}", reason.what.trim_start_matches("a call: ")),
            variable,
        },
        _ => Reason {
            variable,
            what: reason.what.clone(),
            ..**reason
        },
    };
    Value::new(Kind::Unknown(Rc::new(reason)), place)
}
