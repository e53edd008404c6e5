//! Calls of functions of the project, and classes.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_ast::ast::{
    Argument, CallExpression, Class, ClassElement, Expression, MethodDefinitionKind, NewExpression,
};

use super::environment;
use super::machine::Machine;
use super::scope::{Binding, Body, Function, Object, Property, Scope};
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

    fn arguments(
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
            Kind::Unknown(reason) => unknown_call(reason, place),
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

    /// Calls a function as the file itself does not: with arguments that only its caller knows.
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

    pub(super) fn new_expression(
        &mut self,
        call: &'a NewExpression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let callee = self.value(&call.callee, scope);
        let arguments = self.arguments(&call.arguments, scope);
        let callee = self.force(&callee);
        match &callee.kind {
            Kind::Object(object) => match &object.class {
                Some((class, home)) => {
                    let (class, home) = (*class, Rc::clone(home));
                    self.step(place, |machine| {
                        machine.construct(class, &home, arguments, place)
                    })
                }
                None => Value::unknown(Cause::Unsupported, "a constructor call", place),
            },
            Kind::Global(path) if &**path == "URL" => self.new_url(&arguments, place),
            Kind::Global(path) => environment::unknown_global(path, place),
            Kind::Unknown(reason) => unknown_call(reason, place),
            _ => Value::unknown(Cause::Unsupported, "a constructor call", place),
        }
    }

    /// A class with its static members, as an object.
    pub(super) fn class(&mut self, class: &'a Class<'a>, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let place = scope.place(class);
        for decorator in &class.decorators {
            self.value(&decorator.expression, scope);
        }
        let object = Rc::new(Object {
            properties: RefCell::default(),
            hides: RefCell::default(),
            conditions: self.conditions.len(),
            class: Some((class, Rc::clone(scope))),
        });
        let this = Value::new(Kind::Object(Rc::clone(&object)), place);
        let inner = scope.inner(Some(this.clone()), self.conditions.len());
        if let Some(id) = &class.id {
            inner.declare(id.name.as_str(), Binding::Value(this.clone()));
        }
        if let Some(parent) = &class.heritage {
            let parent = self.value(&parent.expression, scope);
            self.spread(&object, &parent, place);
        }
        self.members(class, true, &object, &inner);
        // Its other members are met too: appInfo may stand in one of them.
        let instance = Object::default();
        let unknown = Value::unknown(Cause::Runtime, "`this` is known at run time only", place);
        let methods = scope.inner(Some(unknown), self.conditions.len());
        self.members(class, false, &instance, &methods);
        this
    }

    fn construct(
        &mut self,
        class: &'a Class<'a>,
        scope: &Rc<Scope<'a>>,
        arguments: Vec<Value<'a>>,
        place: Place,
    ) -> Value<'a> {
        let this = self.new_object([], place);
        let Kind::Object(object) = &this.kind else {
            return this;
        };
        let inner = scope.inner(Some(this.clone()), self.conditions.len());
        if let Some(parent) = &class.heritage {
            let parent = self.value(&parent.expression, scope);
            if let Kind::Object(parent) = &self.force(&parent).kind
                && let Some((class, home)) = &parent.class
            {
                let (class, home) = (*class, Rc::clone(home));
                let parent = self.construct(class, &home, arguments.clone(), place);
                self.spread(object, &parent, place);
            }
        }
        let constructor = self.members(class, false, object, &inner);
        if let Some(constructor) = constructor {
            self.call(&constructor, Some(this.clone()), arguments, place);
        }
        this
    }

    /// Fills in the static or the other members; gives the constructor.
    fn members(
        &mut self,
        class: &'a Class<'a>,
        is_static: bool,
        object: &Object<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Value<'a>> {
        let mut constructor = None;
        for element in &class.body.body {
            let (key, value, is_getter) = match element {
                ClassElement::MethodDefinition(method) if method.r#static == is_static => {
                    let value = self.function(&method.value, scope);
                    match method.kind {
                        MethodDefinitionKind::Constructor => {
                            constructor = Some(value);
                            continue;
                        }
                        MethodDefinitionKind::Set => continue,
                        kind => (&method.key, value, kind == MethodDefinitionKind::Get),
                    }
                }
                ClassElement::PropertyDefinition(property) if property.r#static == is_static => {
                    let place = scope.place(&**property);
                    let value = match &property.value {
                        Some(value) => self.value(value, scope),
                        None => Value::undefined(place),
                    };
                    (&property.key, value, false)
                }
                ClassElement::StaticBlock(block) if is_static => {
                    let inner = self.block(scope);
                    self.hoist(&block.body, &inner);
                    self.statements(&block.body, &inner);
                    continue;
                }
                _ => continue,
            };
            let key_place = scope.place(key);
            if let Some(key) = self.member_key(key, scope) {
                if &*key == "appInfo" {
                    self.found_property(&value, key_place);
                }
                let property = Property {
                    key: key_place,
                    before: None,
                    value,
                    is_getter,
                };
                object.properties.borrow_mut().insert(key, property);
            }
        }
        constructor
    }
}

/// What a call of something unknown gives is unknown too, and the call is the place to look at.
fn unknown_call<'a>(reason: &Rc<Reason>, place: Place) -> Value<'a> {
    let reason = match reason.cause {
        Cause::Imported => Reason {
            place,
            cause: reason.cause,
            what: format!("a call: {}", reason.what.trim_start_matches("a call: ")),
            variable: None,
        },
        _ => Reason {
            variable: reason.variable.clone(),
            what: reason.what.clone(),
            ..**reason
        },
    };
    Value::new(Kind::Unknown(Rc::new(reason)), place)
}
