//! The values of templates, lists and objects.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, ObjectExpression, ObjectPropertyKind, PropertyKey,
    PropertyKind, TemplateLiteral,
};

use super::machine::Machine;
use super::scope::{Object, Property, Scope};
use super::value::{Cause, Kind, Place, Value};

impl<'a> Machine<'a> {
    pub(super) fn template(
        &mut self,
        template: &'a TemplateLiteral<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let mut parts = Vec::new();
        for (index, quasi) in template.quasis.iter().enumerate() {
            let Some(cooked) = quasi.value.cooked.filter(|_| !quasi.lone_surrogates) else {
                return Value::unknown(Cause::Unsupported, "an invalid escape", place);
            };
            parts.push(Value::text(cooked.as_str(), place));
            if let Some(expression) = template.expressions.get(index) {
                let value = self.value(expression, scope);
                parts.push(self.as_text(&value));
            }
        }
        self.join(parts, place)
    }

    pub(super) fn array(
        &mut self,
        array: &'a ArrayExpression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let mut values = Vec::new();
        for element in &array.elements {
            match element {
                ArrayExpressionElement::SpreadElement(spread) => {
                    let value = self.value(&spread.argument, scope);
                    match self.force(&value).kind {
                        Kind::List(list) => values.extend(list.iter().cloned()),
                        Kind::Unknown(reason) => {
                            return Value::new(Kind::Unknown(reason), place);
                        }
                        _ => {
                            return Value::unknown(Cause::Unsupported, "a spread", place);
                        }
                    }
                }
                ArrayExpressionElement::Elision(_) => values.push(Value::undefined(place)),
                other => {
                    if let Some(expression) = other.as_expression() {
                        values.push(self.value(expression, scope));
                    }
                }
            }
        }
        Value::new(Kind::List(Rc::new(values)), place)
    }

    pub(super) fn object(
        &mut self,
        literal: &'a ObjectExpression<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Value<'a> {
        let object = Rc::new(Object {
            conditions: self.conditions.len(),
            ..Object::default()
        });
        let this = Value::new(Kind::Object(Rc::clone(&object)), place);
        let methods = scope.inner(Some(this.clone()), self.conditions.len());
        for property in &literal.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.value(&spread.argument, scope);
                    self.spread(&object, &value, scope.place(&**spread));
                }
                ObjectPropertyKind::ObjectProperty(property) => {
                    let key_place = scope.place(&property.key);
                    let Some(key) = self.key(&property.key, &object, scope) else {
                        self.value(&property.value, scope);
                        continue;
                    };
                    if property.kind == PropertyKind::Set {
                        continue;
                    }
                    let is_method = property.method || property.kind == PropertyKind::Get;
                    let scope = if is_method { &methods } else { scope };
                    let value = self.value(&property.value, scope);
                    if &*key == "appInfo" {
                        self.found_property(&value, key_place);
                    }
                    // The place of the last one counts, as its value does.
                    let before = object.properties.borrow_mut().shift_remove(&key);
                    let before = before.map(|it| it.key).filter(|it| it.is_in(place));
                    let property = Property {
                        key: key_place,
                        before,
                        value,
                        is_getter: property.kind == PropertyKind::Get,
                    };
                    object.properties.borrow_mut().insert(key, property);
                }
            }
        }
        self.found_literal(&this);
        this
    }

    /// The text of a key; where it is not known, the object hides what it is.
    fn key(
        &mut self,
        key: &'a PropertyKey<'a>,
        object: &Object<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Rc<str>> {
        if let Some(name) = key.static_name() {
            return Some(name.as_ref().into());
        }
        let place = scope.place(key);
        let value = match key.as_expression() {
            Some(expression) => self.value(expression, scope),
            None => Value::unknown(Cause::Unsupported, "a private member", place),
        };
        match self.as_text(&value).kind {
            Kind::Text(text) => Some(text),
            _ => {
                let hidden = Value::unknown(
                    Cause::Unsupported,
                    "a computed key hides which field this is",
                    place,
                );
                if let Kind::Unknown(reason) = hidden.kind {
                    object.hides.borrow_mut().get_or_insert(reason);
                }
                None
            }
        }
    }

    /// The key of a class member.
    pub(super) fn member_key(
        &mut self,
        key: &'a PropertyKey<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Rc<str>> {
        self.key(key, &Object::default(), scope)
    }

    /// Copies the properties of a value into an object.
    pub(super) fn spread(&mut self, object: &Object<'a>, value: &Value<'a>, place: Place) {
        let value = self.settled(value);
        let hide = |reason| {
            object.hides.borrow_mut().get_or_insert(reason);
        };
        match &value.kind {
            Kind::Object(_) | Kind::Choice(_) => {
                for (key, property_place) in self.keys(&value) {
                    let before = object.properties.borrow().get(&key).cloned();
                    let before = before.map(|property| property.value);
                    let before = before.unwrap_or_else(|| Value::undefined(property_place));
                    let property = Property {
                        key: property_place,
                        before: None,
                        value: self.overlaid(before, &value, &key, property_place),
                        is_getter: false,
                    };
                    object.properties.borrow_mut().insert(key, property);
                }
                if let Some(reason) = self.hidden_in(&value) {
                    hide(reason);
                }
            }
            Kind::Undefined | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            Kind::Unknown(reason) => hide(Rc::clone(reason)),
            _ => {
                let what = "a spread hides what appInfo holds";
                if let Kind::Unknown(reason) = Value::unknown(Cause::Unsupported, what, place).kind
                {
                    hide(reason);
                }
            }
        }
    }

    /// A new object with these properties.
    pub(super) fn new_object(
        &self,
        properties: impl IntoIterator<Item = (Rc<str>, Value<'a>)>,
        place: Place,
    ) -> Value<'a> {
        let properties = properties.into_iter().map(|(key, value)| {
            let property = Property {
                key: value.place,
                before: None,
                value,
                is_getter: false,
            };
            (key, property)
        });
        let object = Object {
            properties: RefCell::new(properties.collect()),
            conditions: self.conditions.len(),
            ..Object::default()
        };
        Value::new(Kind::Object(Rc::new(object)), place)
    }

    /// The value of a key after something was spread over it: where that lacks the key, the value
    /// stays.
    fn overlaid(
        &mut self,
        before: Value<'a>,
        over: &Value<'a>,
        key: &str,
        place: Place,
    ) -> Value<'a> {
        let over = self.force(over);
        match &over.kind {
            Kind::Object(inner) if inner.properties.borrow().contains_key(key) => {
                self.member(&over, key, place)
            }
            Kind::Choice(choice) => {
                let then = self.overlaid(before.clone(), &choice.1, key, place);
                let otherwise = self.overlaid(before, &choice.2, key, place);
                Value::choice(choice.0.clone(), then, otherwise, place)
            }
            _ => before,
        }
    }
}
