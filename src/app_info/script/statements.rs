//! Statements one after the other: declarations and returns.

use std::rc::Rc;

use oxc_ast::ast::{
    BindingPattern, Declaration, ExportDefaultDeclarationKind, ForStatementInit, Statement,
    TSEnumDeclaration, TSEnumMemberName, VariableDeclarationKind, VariableDeclarator,
};

use super::conditions::Condition;
use super::machine::Machine;
use super::scope::{Binding, Scope};
use super::value::{Cause, Kind, Value};

/// How a statement ends.
pub(super) enum Flow<'a> {
    /// The next one follows.
    Next,
    /// Out of a loop or a `switch`.
    Break,
    Return(Value<'a>),
    /// Returns this value where the condition holds; else the next one follows.
    Sometimes(Condition<'a>, Value<'a>),
    /// Stops with an error: what comes after it is reached only without.
    Throw(Value<'a>),
}

impl<'a> Machine<'a> {
    /// Declares what can be used above its declaration.
    pub(super) fn hoist(&mut self, statements: &'a [Statement<'a>], scope: &Rc<Scope<'a>>) {
        for statement in statements {
            let declaration = match statement {
                Statement::ExportDeclaration(export) => Some(&export.declaration),
                other => other.as_declaration(),
            };
            match declaration {
                Some(Declaration::FunctionDeclaration(function)) => {
                    if let Some(id) = &function.id {
                        let value = self.function(function, scope);
                        scope.declare(id.name.as_str(), Binding::Value(value));
                    }
                }
                Some(Declaration::VariableDeclaration(declaration)) => {
                    for declarator in &declaration.declarations {
                        if let BindingPattern::BindingIdentifier(id) = &declarator.id {
                            let is_const = declaration.kind == VariableDeclarationKind::Const;
                            let binding = match is_const && declarator.init.is_some() {
                                true => Binding::Later(declarator),
                                false => Binding::Value(Value::undefined(scope.place(&**id))),
                            };
                            scope.declare(id.name.as_str(), binding);
                        }
                    }
                }
                _ => {}
            }
            if let Statement::ExportDefaultDeclaration(export) = statement
                && let ExportDefaultDeclarationKind::FunctionDeclaration(function) =
                    &export.declaration
                && let Some(id) = &function.id
            {
                let value = self.function(function, scope);
                scope.declare(id.name.as_str(), Binding::Value(value));
            }
        }
    }

    /// Evaluates statements one after the other.
    pub(super) fn statements(
        &mut self,
        statements: &'a [Statement<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Flow<'a> {
        for (index, statement) in statements.iter().enumerate() {
            if !self.may_step() {
                break;
            }
            match self.statement(statement, scope) {
                Flow::Next => {}
                Flow::Sometimes(condition, value) => {
                    let place = value.place;
                    let opposite = condition.clone().not();
                    let rest = self.under(&opposite, |machine| {
                        machine.statements(&statements[index + 1..], scope)
                    });
                    return match rest {
                        // Where it does not return, it stops.
                        None | Some(Flow::Throw(_)) => Flow::Return(value),
                        Some(Flow::Return(other)) => {
                            Flow::Return(Value::choice(condition, value, other, place))
                        }
                        Some(Flow::Sometimes(also, other)) => {
                            let value = Value::choice(condition.clone(), value, other, place);
                            Flow::Sometimes(Condition::any([condition, also]), value)
                        }
                        Some(Flow::Next | Flow::Break) => Flow::Sometimes(condition, value),
                    };
                }
                end => return end,
            }
        }
        Flow::Next
    }

    fn block_statements(
        &mut self,
        statements: &'a [Statement<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Flow<'a> {
        let inner = self.block(scope);
        self.hoist(statements, &inner);
        self.statements(statements, &inner)
    }

    pub(super) fn statement(
        &mut self,
        statement: &'a Statement<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Flow<'a> {
        let place = scope.place(statement);
        match statement {
            Statement::ExpressionStatement(statement) => {
                self.value(&statement.expression, scope);
            }
            Statement::BlockStatement(block) => return self.block_statements(&block.body, scope),
            Statement::IfStatement(choice) => return self.if_statement(choice, scope),
            Statement::SwitchStatement(switch) => return self.switch(switch, scope, place),
            Statement::ReturnStatement(statement) => {
                return Flow::Return(match &statement.argument {
                    Some(argument) => self.value(argument, scope),
                    None => Value::undefined(place),
                });
            }
            Statement::ThrowStatement(_) => {
                let what = "an error is thrown here";
                return Flow::Throw(Value::unknown(Cause::Runtime, what, place));
            }
            Statement::BreakStatement(_) | Statement::ContinueStatement(_) => return Flow::Break,
            Statement::TryStatement(attempt) => {
                let flow = self.block_statements(&attempt.block.body, scope);
                if let Some(last) = &attempt.finalizer {
                    self.block_statements(&last.body, scope);
                }
                return match flow {
                    Flow::Throw(value) => match &attempt.handler {
                        Some(handler) => self.block_statements(&handler.body.body, scope),
                        None => Flow::Throw(value),
                    },
                    other => other,
                };
            }
            Statement::ForOfStatement(repeat) => return self.for_of(repeat, scope, place),
            Statement::ForStatement(repeat) => {
                let inner = self.block(scope);
                if let Some(ForStatementInit::VariableDeclaration(init)) = &repeat.init {
                    let counter = Value::unknown(Cause::Unsupported, "a loop", place);
                    for declarator in &init.declarations {
                        self.bind(&declarator.id, counter.clone(), &inner);
                    }
                }
                self.repeated(&repeat.body, &inner, place);
            }
            Statement::ForInStatement(repeat) => self.repeated(&repeat.body, scope, place),
            Statement::WhileStatement(repeat) => self.repeated(&repeat.body, scope, place),
            Statement::DoWhileStatement(repeat) => self.repeated(&repeat.body, scope, place),
            Statement::LabeledStatement(labelled) => return self.statement(&labelled.body, scope),
            Statement::ExportDeclaration(export) => self.declaration(&export.declaration, scope),
            Statement::ExportDefaultDeclaration(export) => {
                self.export_default(&export.declaration, scope, place);
            }
            Statement::TSExportAssignment(export) => {
                let value = self.value(&export.expression, scope);
                self.export_whole(scope.file, value);
            }
            other => {
                if let Some(declaration) = other.as_declaration() {
                    self.declaration(declaration, scope);
                }
            }
        }
        Flow::Next
    }

    fn declaration(&mut self, declaration: &'a Declaration<'a>, scope: &Rc<Scope<'a>>) {
        match declaration {
            Declaration::VariableDeclaration(declaration) => {
                for declarator in &declaration.declarations {
                    self.declare_variable(declarator, scope);
                }
            }
            Declaration::ClassDeclaration(class) => {
                let value = self.class(class, scope);
                if let Some(id) = &class.id {
                    scope.declare(id.name.as_str(), Binding::Value(value));
                }
            }
            Declaration::TSEnumDeclaration(declaration) => self.enumeration(declaration, scope),
            Declaration::TSImportEqualsDeclaration(import) => self.import_equals(import, scope),
            _ => {}
        }
    }

    /// Declares the names of `const x = …`, unless one was needed before and is known already.
    pub(super) fn declare_variable(
        &mut self,
        declarator: &'a VariableDeclarator<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        let id = match &declarator.id {
            BindingPattern::BindingIdentifier(id) => Some(id.name.as_str()),
            _ => None,
        };
        if let Some(name) = id {
            match scope.find(name) {
                Some((home, Binding::Later(known)))
                    if Rc::ptr_eq(&home, scope) && std::ptr::eq(known, declarator) =>
                {
                    scope.declare(name, Binding::Pending);
                }
                Some((home, Binding::Early(value))) if Rc::ptr_eq(&home, scope) => {
                    scope.declare(name, Binding::Value(value));
                    return;
                }
                _ => {}
            }
        }
        let place = scope.place(declarator);
        let value = match &declarator.init {
            Some(init) => self.value(init, scope),
            None => Value::undefined(place),
        };
        self.bind(&declarator.id, value, scope);
    }

    fn enumeration(&mut self, declaration: &'a TSEnumDeclaration<'a>, scope: &Rc<Scope<'a>>) {
        let place = scope.place(declaration);
        let object = self.new_object([], place);
        let inner = self.block(scope);
        scope.declare(declaration.id.name.as_str(), Binding::Value(object.clone()));
        let mut next = 0.0;
        for member in &declaration.body.members {
            let key = match &member.id {
                TSEnumMemberName::Identifier(name) => name.name.as_str(),
                TSEnumMemberName::String(name) | TSEnumMemberName::ComputedString(name) => {
                    name.value.as_str()
                }
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let member_place = scope.place(member);
            let value = match &member.initializer {
                Some(initializer) => self.value(initializer, &inner),
                None => Value::new(Kind::Number(next), member_place),
            };
            if let Kind::Number(number) = value.kind {
                next = number + 1.0;
            }
            inner.declare(key, Binding::Value(value.clone()));
            self.set_member(&object, key, value, member_place);
        }
    }
}
