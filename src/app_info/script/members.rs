//! Members of values, and assignments to names and members.

use std::rc::Rc;

use indexmap::IndexMap;
use oxc_ast::ast::{
    ArrayPattern, AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty,
    BindingPattern, ObjectPattern,
};

use super::conditions::Condition;
use super::environment;
use super::machine::Machine;
use super::scope::{Binding, Property, Scope};
use super::value::{Cause, Kind, Place, Reason, Value};

impl<'a> Machine<'a> {
    /// The member `key` of a value.
    pub(super) fn member(&mut self, object: &Value<'a>, key: &str, place: Place) -> Value<'a> {
        let object = self.force(object);
        match &object.kind {
            Kind::Choice(choice) => {
                let then = self.member(&choice.1, key, place);
                let otherwise = self.member(&choice.2, key, place);
                Value::choice(choice.0.clone(), then, otherwise, place)
            }
            Kind::Environment => environment::variable(key, place),
            Kind::Object(inner) => {
                let property = inner.properties.borrow().get(key).cloned();
                let hides = inner.hides.borrow().clone();
                match (property, hides) {
                    (Some(property), _) if property.is_getter => {
                        self.call(&property.value, Some(object.clone()), Vec::new(), place)
                    }
                    (Some(property), _) => property.value,
                    (None, Some(reason)) => unknown_member(&reason, key, place),
                    (None, None) => Value::undefined(place),
                }
            }
            Kind::List(list) => match (key, key.parse::<usize>()) {
                ("length", _) => Value::new(Kind::Number(list.len() as f64), place),
                (_, Ok(index)) => {
                    (list.get(index).cloned()).unwrap_or_else(|| Value::undefined(place))
                }
                _ => Value::unknown(Cause::Unsupported, "a member of a list", place),
            },
            Kind::Text(text) if key == "length" && text.is_ascii() => {
                Value::new(Kind::Number(text.len() as f64), place)
            }
            Kind::Global(path) => environment::global(path, key, place),
            Kind::Unknown(reason) => unknown_member(reason, key, place),
            // `a?.b`; without the question mark the program would stop here.
            Kind::Undefined | Kind::Null => Value::undefined(place),
            _ => Value::unknown(Cause::Unsupported, "a property of another value", place),
        }
    }

    /// `object[key]`.
    pub(super) fn computed_member(
        &mut self,
        object: &Value<'a>,
        key: &Value<'a>,
        place: Place,
    ) -> Value<'a> {
        match self.as_text(key).kind {
            Kind::Text(key) => self.member(object, &key, place),
            Kind::Choice(choice) => {
                let then = self.computed_member(object, &choice.1, place);
                let otherwise = self.computed_member(object, &choice.2, place);
                Value::choice(choice.0.clone(), then, otherwise, place)
            }
            Kind::Unknown(reason) => Value::new(Kind::Unknown(reason), place),
            _ => {
                let object = self.force(object);
                self.look_up(&object, key, place)
            }
        }
    }

    /// The member of an object that a text of the environment names.
    fn look_up(&mut self, object: &Value<'a>, key: &Value<'a>, place: Place) -> Value<'a> {
        let Kind::Object(_) = &object.kind else {
            return Value::unknown(Cause::Unsupported, "a property of another value", place);
        };
        let mut value = Value::undefined(place);
        for (name, _) in self.keys(object).into_iter().rev() {
            let member = self.member(object, &name, place);
            let condition = Condition::Is(Rc::new(key.clone()), name);
            value = Value::choice(condition, member, value, place);
        }
        self.bounded(value, place)
    }

    /// The keys of an object, or of the objects that a choice is between.
    pub(super) fn keys(&mut self, value: &Value<'a>) -> Vec<(Rc<str>, Place)> {
        let mut keys = IndexMap::new();
        self.collect_keys(value, &mut keys);
        keys.into_iter().collect()
    }

    fn collect_keys(&mut self, value: &Value<'a>, keys: &mut IndexMap<Rc<str>, Place>) {
        let value = self.force(value);
        match &value.kind {
            Kind::Object(object) => {
                for (key, property) in object.properties.borrow().iter() {
                    keys.entry(Rc::clone(key)).or_insert(property.key);
                }
            }
            Kind::Choice(choice) => {
                // Where it is assumed to be absent, the second one counts first.
                self.collect_keys(&choice.2, keys);
                self.collect_keys(&choice.1, keys);
            }
            _ => {}
        }
    }

    /// Where the literal of an object has a key a first time.
    pub(super) fn written_before(&mut self, object: &Value<'a>, key: &str) -> Option<Place> {
        match self.force(object).kind {
            Kind::Object(object) => object.properties.borrow().get(key)?.before,
            _ => None,
        }
    }

    /// Why an object may have keys that are not known.
    pub(super) fn hidden_in(&mut self, value: &Value<'a>) -> Option<Rc<Reason>> {
        let value = self.force(value);
        match &value.kind {
            Kind::Object(object) => object.hides.borrow().clone(),
            Kind::Choice(choice) => {
                let then = self.hidden_in(&choice.1);
                then.or_else(|| self.hidden_in(&choice.2))
            }
            _ => None,
        }
    }

    /// Sets a member.
    pub(super) fn set_member(
        &mut self,
        object: &Value<'a>,
        key: &str,
        value: Value<'a>,
        place: Place,
    ) {
        let object = self.force(object);
        if let Kind::Object(inner) = &object.kind {
            let old = self.member(&object, key, place);
            let value = self.assigned(inner.conditions, value, old, place);
            let mut properties = inner.properties.borrow_mut();
            let key_place = properties.get(key).map_or(place, |property| property.key);
            let property = Property {
                key: key_place,
                before: None,
                value,
                is_getter: false,
            };
            properties.insert(key.into(), property);
        }
    }

    /// The value that an assignment would overwrite.
    pub(super) fn target_value(
        &mut self,
        target: &'a AssignmentTarget<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let place = scope.place(target);
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.name(name.name.as_str(), scope, place)
            }
            AssignmentTarget::StaticMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                self.member(&object, member.property.name.as_str(), place)
            }
            AssignmentTarget::ComputedMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                let key = self.value(&member.expression, scope);
                self.computed_member(&object, &key, place)
            }
            _ => Value::unknown(Cause::Unsupported, "an assignment", place),
        }
    }

    /// Assigns a value to a name, a member or a pattern.
    pub(super) fn assign(
        &mut self,
        target: &'a AssignmentTarget<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        let place = scope.place(target);
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => {
                let name = name.name.as_str();
                if name == "appInfo" {
                    self.found_name(&value, place, scope.is_file());
                }
                if let Some((home, _)) = scope.find(name) {
                    let old = self.name(name, &home, place);
                    let value = self.assigned(home.conditions(), value, old, place);
                    home.declare(name, Binding::Value(value));
                }
            }
            AssignmentTarget::StaticMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                let key = member.property.name.as_str();
                let key_place = scope.place(&member.property);
                if key == "appInfo" {
                    self.found_property(&value, key_place);
                }
                self.set_member(&object, key, value, key_place);
            }
            AssignmentTarget::ComputedMemberExpression(member) => {
                let object = self.value(&member.object, scope);
                let key = self.value(&member.expression, scope);
                if let Kind::Text(key) = &self.as_text(&key).kind {
                    self.set_member(&object, key, value, place);
                }
            }
            AssignmentTarget::ObjectAssignmentTarget(pattern) => {
                for property in &pattern.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(it) => {
                            let name = it.binding.name.as_str();
                            let member = self.member(&value, name, scope.place(&**it));
                            let member = self.or_default(member, it.init.as_ref(), scope);
                            if let Some((home, _)) = scope.find(name) {
                                home.declare(name, Binding::Value(member));
                            }
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(it) => {
                            if let (
                                Some(key),
                                AssignmentTargetMaybeDefault::AssignmentTargetIdentifier(name),
                            ) = (it.name.static_name(), &it.binding)
                            {
                                let member = self.member(&value, &key, scope.place(&**it));
                                let name = name.name.as_str();
                                if let Some((home, _)) = scope.find(name) {
                                    home.declare(name, Binding::Value(member));
                                }
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Declares the names of a pattern.
    pub(super) fn bind(
        &mut self,
        pattern: &'a BindingPattern<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                let name = id.name.as_str();
                let place = scope.place(&**id);
                let value = named_argument(value, name, place);
                if name == "appInfo" {
                    self.found_name(&value, place, scope.is_file());
                }
                scope.declare(name, Binding::Value(value));
            }
            BindingPattern::AssignmentPattern(pattern) => {
                let value = named_in(&pattern.left, value, scope);
                let value = self.or_default(value, Some(&pattern.right), scope);
                self.bind(&pattern.left, value, scope);
            }
            BindingPattern::ObjectPattern(pattern) => self.bind_object(pattern, &value, scope),
            BindingPattern::ArrayPattern(pattern) => self.bind_array(pattern, &value, scope),
        }
    }

    fn bind_object(
        &mut self,
        pattern: &'a ObjectPattern<'a>,
        value: &Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        let mut taken = Vec::new();
        for property in &pattern.properties {
            let place = scope.place(property);
            let member = match self.member_key(&property.key, scope) {
                Some(key) => {
                    let member = self.member(value, &key, place);
                    taken.push(key);
                    member
                }
                None => Value::unknown(Cause::Unsupported, "a computed key", place),
            };
            self.bind(&property.value, member, scope);
        }
        if let Some(rest) = &pattern.rest {
            let place = scope.place(&**rest);
            let object = self.new_object([], place);
            if let Kind::Object(inner) = &object.kind {
                self.spread(inner, value, place);
                inner
                    .properties
                    .borrow_mut()
                    .retain(|key, _| !taken.contains(key));
            }
            let value = match self.force(value).kind {
                Kind::Environment => value.clone(),
                _ => object,
            };
            self.bind(&rest.argument, value, scope);
        }
    }

    fn bind_array(
        &mut self,
        pattern: &'a ArrayPattern<'a>,
        value: &Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        for (index, element) in pattern.elements.iter().enumerate() {
            if let Some(element) = element {
                let place = scope.place(element);
                let member = self.member(value, &index.to_string(), place);
                self.bind(element, member, scope);
            }
        }
        if let Some(rest) = &pattern.rest {
            let place = scope.place(&**rest);
            let rest_value = match self.force(value).kind {
                Kind::List(list) => {
                    let left = list.iter().skip(pattern.elements.len()).cloned();
                    Value::new(Kind::List(Rc::new(left.collect())), place)
                }
                _ => Value::unknown(Cause::Unsupported, "the rest of a list", place),
            };
            self.bind(&rest.argument, rest_value, scope);
        }
    }

    /// A value, or a default where it is undefined.
    pub(super) fn or_default(
        &mut self,
        value: Value<'a>,
        default: Option<&'a oxc_ast::ast::Expression<'a>>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        match default {
            None => value,
            Some(default) => {
                let place = scope.place(default);
                let operator = oxc_ast::ast::LogicalOperator::Coalesce;
                self.logical(operator, &value, default, scope, place)
            }
        }
    }
}

/// The member of something unknown is unknown for the same reason. A name in capitals is likely
/// that of an environment variable.
fn unknown_member<'a>(reason: &Rc<Reason>, key: &str, place: Place) -> Value<'a> {
    let variable = (key.contains('_') && environment::is_capitals(key)).then(|| key.to_owned());
    let reason = Reason {
        variable: variable.or_else(|| reason.variable.clone()),
        what: reason.what.clone(),
        ..**reason
    };
    Value::new(Kind::Unknown(Rc::new(reason)), place)
}

/// An argument that the file does not give, under the name that the function has for it.
fn named_argument<'a>(value: Value<'a>, name: &str, place: Place) -> Value<'a> {
    match &value.kind {
        Kind::Unknown(reason) if reason.cause == Cause::Argument && reason.what.is_empty() => {
            let what = format!("`{name}` is an argument: only the caller knows it");
            Value::unknown(Cause::Argument, what, place)
        }
        _ => value,
    }
}

fn named_in<'a>(
    pattern: &BindingPattern<'a>,
    value: Value<'a>,
    scope: &Rc<Scope<'a>>,
) -> Value<'a> {
    match pattern {
        BindingPattern::BindingIdentifier(id) => {
            named_argument(value, id.name.as_str(), scope.place(&**id))
        }
        _ => value,
    }
}
