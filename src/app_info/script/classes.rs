//! Classes: their static members, and the objects that are made of them.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_ast::ast::{Class, ClassElement, MethodDefinitionKind, NewExpression};

use super::calls::unknown_call;
use super::environment;
use super::machine::Machine;
use super::scope::{Binding, Object, Property, Scope};
use super::value::{Cause, Kind, Place, Value};

impl<'a> Machine<'a> {
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
            Kind::Unknown(reason) => unknown_call(reason, &[], place),
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
        self.set_parameter_properties(class, &this, &arguments, place);
        if let Some(constructor) = constructor {
            self.call(&constructor, Some(this.clone()), arguments, place);
        }
        this
    }

    /// `constructor(private readonly port: number)` declares a member.
    fn set_parameter_properties(
        &mut self,
        class: &'a Class<'a>,
        this: &Value<'a>,
        arguments: &[Value<'a>],
        place: Place,
    ) {
        for element in &class.body.body {
            let ClassElement::MethodDefinition(method) = element else {
                continue;
            };
            if method.kind != MethodDefinitionKind::Constructor {
                continue;
            }
            for (parameter, argument) in method.value.params.items.iter().zip(arguments) {
                let is_member = parameter.accessibility.is_some() || parameter.readonly;
                if let (true, Some(name)) = (is_member, parameter.pattern.get_identifier_name()) {
                    self.set_member(this, name.as_str(), argument.clone(), place);
                }
            }
        }
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
