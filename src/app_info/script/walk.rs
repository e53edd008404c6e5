//! A walk over a script to the objects that have a property `appInfo`, such as the argument of
//! `init({ appInfo: { … } })`, wherever they stand in functions and calls.

use oxc_ast::ast::{
    ArrowFunctionBody, Declaration, ExportDefaultDeclarationKind, Expression, Function,
    ObjectPropertyKind, Statement, VariableDeclaration,
};

use super::{bare, key_name};

/// The values of all such properties, in the order of the text.
pub(super) fn properties_named_app_info<'e, 'a>(
    body: &'e [Statement<'a>],
) -> Vec<&'e Expression<'a>> {
    let mut walk = Walk { found: Vec::new() };
    walk.statements(body);
    walk.found
}

struct Walk<'e, 'a> {
    found: Vec<&'e Expression<'a>>,
}

impl<'e, 'a> Walk<'e, 'a> {
    fn statements(&mut self, statements: &'e [Statement<'a>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'e Statement<'a>) {
        match statement {
            Statement::ExpressionStatement(statement) => self.expression(&statement.expression),
            Statement::ReturnStatement(statement) => {
                if let Some(value) = &statement.argument {
                    self.expression(value);
                }
            }
            Statement::BlockStatement(block) => self.statements(&block.body),
            Statement::IfStatement(condition) => {
                self.statement(&condition.consequent);
                if let Some(alternate) = &condition.alternate {
                    self.statement(alternate);
                }
            }
            Statement::TryStatement(attempt) => self.statements(&attempt.block.body),
            Statement::VariableDeclaration(declaration) => self.variables(declaration),
            Statement::FunctionDeclaration(function) => self.function(function),
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::VariableDeclaration(declaration) => self.variables(declaration),
                Declaration::FunctionDeclaration(function) => self.function(function),
                _ => {}
            },
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                    self.function(function);
                }
                declaration => {
                    if let Some(value) = declaration.as_expression() {
                        self.expression(value);
                    }
                }
            },
            Statement::TSExportAssignment(export) => self.expression(&export.expression),
            _ => {}
        }
    }

    fn variables(&mut self, declaration: &'e VariableDeclaration<'a>) {
        for variable in &declaration.declarations {
            if let Some(value) = &variable.init {
                self.expression(value);
            }
        }
    }

    fn function(&mut self, function: &'e Function<'a>) {
        if let Some(body) = &function.body {
            self.statements(&body.statements);
        }
    }

    fn expression(&mut self, expression: &'e Expression<'a>) {
        match bare(expression) {
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    if let ObjectPropertyKind::ObjectProperty(property) = property {
                        if key_name(&property.key).as_deref() == Some("appInfo") {
                            self.found.push(&property.value);
                        } else {
                            self.expression(&property.value);
                        }
                    }
                }
            }
            Expression::CallExpression(call) => {
                self.expression(&call.callee);
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    self.expression(argument);
                }
            }
            Expression::NewExpression(call) => {
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    self.expression(argument);
                }
            }
            Expression::StaticMemberExpression(member) => self.expression(&member.object),
            Expression::AwaitExpression(inner) => self.expression(&inner.argument),
            Expression::AssignmentExpression(assignment) => self.expression(&assignment.right),
            Expression::FunctionExpression(function) => self.function(function),
            Expression::ArrowFunctionExpression(function) => match &function.body {
                ArrowFunctionBody::FunctionBody(body) => self.statements(&body.statements),
                body => {
                    if let Some(value) = body.as_expression() {
                        self.expression(value);
                    }
                }
            },
            _ => {}
        }
    }
}
