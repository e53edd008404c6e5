//! Statements that choose or repeat: `if`, `switch`, loops.

use std::rc::Rc;

use oxc_ast::ast::{
    BinaryOperator, ForOfStatement, ForStatementLeft, IfStatement, Statement, SwitchStatement,
};

use super::conditions::Condition;
use super::machine::Machine;
use super::scope::Scope;
use super::statements::Flow;
use super::value::{Cause, Kind, Place, Value};

impl<'a> Machine<'a> {
    pub(super) fn if_statement(
        &mut self,
        choice: &'a IfStatement<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Flow<'a> {
        let test = self.value(&choice.test, scope);
        let condition = self.truth(&test);
        let then = self.under(&condition, |it| it.statement(&choice.consequent, scope));
        let opposite = condition.clone().not();
        let otherwise = self.under(&opposite, |machine| match &choice.alternate {
            Some(alternate) => machine.statement(alternate, scope),
            None => Flow::Next,
        });
        match (then, otherwise) {
            (Some(then), Some(otherwise)) => either(condition, then, otherwise),
            (Some(flow), None) | (None, Some(flow)) => flow,
            (None, None) => Flow::Next,
        }
    }

    pub(super) fn switch(
        &mut self,
        switch: &'a SwitchStatement<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Flow<'a> {
        let subject = self.value(&switch.discriminant, scope);
        let inner = self.block(scope);
        let mut matches = Vec::new();
        for case in &switch.cases {
            let condition = match &case.test {
                Some(test) => {
                    let test = self.value(test, &inner);
                    let equal = self.binary(BinaryOperator::StrictEquality, &subject, &test, place);
                    Some(self.truth(&equal))
                }
                None => None,
            };
            matches.push(condition);
        }
        let any = Condition::any(matches.iter().flatten().cloned());
        let mut before = Condition::Always(false);
        let mut arms = Vec::new();
        let mut flow = Flow::Next;
        for (index, condition) in matches.into_iter().enumerate() {
            let reached = match &condition {
                Some(condition) => {
                    let first = Condition::all([before.clone().not(), condition.clone()]);
                    before = Condition::any([before, condition.clone()]);
                    first
                }
                None => any.clone().not(),
            };
            let arm = self.under(&reached, |machine| {
                let mut end = Flow::Next;
                for case in &switch.cases[index..] {
                    end = machine.statements(&case.consequent, &inner);
                    if !matches!(end, Flow::Next) {
                        break;
                    }
                }
                end
            });
            let arm = match arm {
                None | Some(Flow::Break) => Flow::Next,
                Some(other) => other,
            };
            match condition {
                Some(condition) => arms.push((condition, arm)),
                None => flow = arm,
            }
        }
        for (condition, arm) in arms.into_iter().rev() {
            flow = match condition {
                Condition::Always(true) => arm,
                Condition::Always(false) => flow,
                condition => either(condition, arm, flow),
            };
        }
        flow
    }

    pub(super) fn for_of(
        &mut self,
        repeat: &'a ForOfStatement<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) -> Flow<'a> {
        let subject = self.value(&repeat.right, scope);
        let (Kind::List(list), ForStatementLeft::VariableDeclaration(left)) =
            (self.force(&subject).kind, &repeat.left)
        else {
            self.repeated(&repeat.body, scope, place);
            return Flow::Next;
        };
        for item in list.iter() {
            let inner = self.block(scope);
            if let Some(declarator) = left.declarations.first() {
                self.bind(&declarator.id, item.clone(), &inner);
            }
            match self.statement(&repeat.body, &inner) {
                Flow::Next | Flow::Break => {}
                end => return end,
            }
        }
        Flow::Next
    }

    /// A loop that is not followed: what it assigns is not known afterwards.
    pub(super) fn repeated(
        &mut self,
        body: &'a Statement<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) {
        let reason = Value::unknown(Cause::Unsupported, "a loop", place);
        if let Kind::Unknown(reason) = reason.kind {
            self.under(&Condition::Unknown(reason), |it| it.statement(body, scope));
        }
    }
}

/// How a choice between two statements ends.
fn either<'a>(condition: Condition<'a>, then: Flow<'a>, otherwise: Flow<'a>) -> Flow<'a> {
    match (then, otherwise) {
        // The program goes on only where it did not stop.
        (Flow::Throw(_), other) | (other, Flow::Throw(_)) => other,
        (Flow::Return(then), Flow::Return(otherwise)) => {
            let place = then.place;
            Flow::Return(Value::choice(condition, then, otherwise, place))
        }
        (then, otherwise) => {
            let opposite = condition.clone().not();
            match (returned(then), returned(otherwise)) {
                (None, None) => Flow::Next,
                (Some((when, value)), None) => {
                    Flow::Sometimes(Condition::all([condition, when]), value)
                }
                (None, Some((when, value))) => {
                    Flow::Sometimes(Condition::all([opposite, when]), value)
                }
                (Some((here, then)), Some((there, otherwise))) => {
                    let place = then.place;
                    let when = Condition::either(&condition, &here, &there);
                    Flow::Sometimes(when, Value::choice(condition, then, otherwise, place))
                }
            }
        }
    }
}

/// When a statement returns, and what.
fn returned<'a>(flow: Flow<'a>) -> Option<(Condition<'a>, Value<'a>)> {
    match flow {
        Flow::Return(value) => Some((Condition::Always(true), value)),
        Flow::Sometimes(condition, value) => Some((condition, value)),
        Flow::Next | Flow::Break | Flow::Throw(_) => None,
    }
}
