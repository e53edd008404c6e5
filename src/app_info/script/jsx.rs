//! JSX: nothing in it has a value, but appInfo may be given to a component.

use std::rc::Rc;

use oxc_ast::ast::{
    JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElement, JSXExpression,
};

use super::machine::Machine;
use super::scope::Scope;
use super::value::Value;

impl<'a> Machine<'a> {
    pub(super) fn jsx_element(&mut self, element: &'a JSXElement<'a>, scope: &Rc<Scope<'a>>) {
        for attribute in &element.opening_element.attributes {
            match attribute {
                JSXAttributeItem::Attribute(attribute) => {
                    let value = match &attribute.value {
                        Some(JSXAttributeValue::ExpressionContainer(container)) => {
                            self.jsx_expression(&container.expression, scope)
                        }
                        Some(JSXAttributeValue::Element(element)) => {
                            self.jsx_element(element, scope);
                            None
                        }
                        _ => None,
                    };
                    if let (JSXAttributeName::Identifier(name), Some(value)) =
                        (&attribute.name, value)
                        && name.name == "appInfo"
                    {
                        self.found_property(&value, scope.place(&**name));
                    }
                }
                JSXAttributeItem::SpreadAttribute(spread) => {
                    self.value(&spread.argument, scope);
                }
            }
        }
        self.jsx_children(&element.children, scope);
    }

    pub(super) fn jsx_children(&mut self, children: &'a [JSXChild<'a>], scope: &Rc<Scope<'a>>) {
        for child in children {
            if !self.may_step() {
                return;
            }
            match child {
                JSXChild::Element(element) => {
                    let place = scope.place(&**element);
                    self.step(place, |machine| {
                        machine.jsx_element(element, scope);
                        Value::undefined(place)
                    });
                }
                JSXChild::Fragment(fragment) => self.jsx_children(&fragment.children, scope),
                JSXChild::ExpressionContainer(container) => {
                    self.jsx_expression(&container.expression, scope);
                }
                JSXChild::Text(_) | JSXChild::Spread(_) => {}
            }
        }
    }

    fn jsx_expression(
        &mut self,
        expression: &'a JSXExpression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Value<'a>> {
        let expression = expression.as_expression()?;
        Some(self.value(expression, scope))
    }
}
