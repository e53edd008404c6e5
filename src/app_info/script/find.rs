//! Where in a script appInfo is.

use std::collections::BTreeMap;

use oxc_ast::ast::{
    AssignmentTarget, BindingPattern, Declaration, Expression, ObjectExpression, Statement,
    StaticMemberExpression, VariableDeclaration, VariableDeclarationKind,
};

use super::walk::properties_named_app_info;
use super::{bare, describe};

/// The names of a file's top level.
pub(super) struct Scope<'e, 'a> {
    names: BTreeMap<&'e str, Name<'e, 'a>>,
}

enum Name<'e, 'a> {
    Constant(&'e Expression<'a>),
    Variable(&'e Expression<'a>),
    Imported(&'e str),
}

impl<'e, 'a> Scope<'e, 'a> {
    /// Collects the names.
    pub(super) fn new(body: &'e [Statement<'a>]) -> Self {
        let mut names = BTreeMap::new();
        for statement in body {
            if let Some(declaration) = variables(statement) {
                for variable in &declaration.declarations {
                    if let (BindingPattern::BindingIdentifier(id), Some(value)) =
                        (&variable.id, &variable.init)
                    {
                        let name = if declaration.kind == VariableDeclarationKind::Const {
                            Name::Constant(value)
                        } else {
                            Name::Variable(value)
                        };
                        names.insert(id.name.as_str(), name);
                    }
                }
            }
            if let Statement::ImportDeclaration(import) = statement {
                for specifier in import.specifiers.iter().flatten() {
                    let source = Name::Imported(import.source.value.as_str());
                    names.insert(specifier.local().name.as_str(), source);
                }
            }
        }
        Self { names }
    }

    /// The value of a constant, or why it is none.
    pub(super) fn constant(&self, name: &str) -> Result<&'e Expression<'a>, String> {
        match self.names.get(name) {
            Some(Name::Constant(value)) => Ok(value),
            Some(Name::Variable(_)) => Err(format!("`{name}` can change; make it a `const`")),
            Some(Name::Imported(source)) => Err(format!("`{name}` comes from `{source}`")),
            None => Err(format!("`{name}` is no constant of this file's top level")),
        }
    }

    /// `export { X as appInfo }`.
    fn renamed(&self, statement: &Statement) -> Option<&'e Expression<'a>> {
        let Statement::ExportNamedDeclaration(export) = statement else {
            return None;
        };
        let mut specifiers = export.specifiers.iter();
        let specifier = specifiers.rfind(|it| it.exported.name() == "appInfo")?;
        match self.names.get(specifier.local.name().as_str())? {
            Name::Constant(value) | Name::Variable(value) => Some(value),
            Name::Imported(_) => None,
        }
    }

    /// The object literal that an expression is, or names.
    pub(super) fn object(
        &self,
        expression: &'e Expression<'a>,
    ) -> Option<&'e ObjectExpression<'a>> {
        let mut expression = bare(expression);
        // Names that stand for one another in a circle end here.
        for _ in 0..=self.names.len() {
            match expression {
                Expression::ObjectExpression(object) => return Some(object),
                Expression::Identifier(name) => match self.names.get(name.name.as_str())? {
                    Name::Constant(value) | Name::Variable(value) => expression = bare(value),
                    Name::Imported(_) => return None,
                },
                _ => return None,
            }
        }
        None
    }

    /// Why there is no object in an expression, and what to do.
    pub(super) fn why_not(&self, expression: &Expression) -> (String, String) {
        let literal = "write the object out: `{ appName: \"…\", apiDomain: \"…\", … }`";
        match bare(expression) {
            Expression::Identifier(name) => match self.names.get(name.name.as_str()) {
                Some(Name::Imported(source)) => (
                    format!("imported from `{source}`"),
                    format!("give auth-gen the file behind `{source}` instead"),
                ),
                _ => (
                    "a name without an object behind it".to_owned(),
                    literal.to_owned(),
                ),
            },
            other => (format!("found {}", describe(other)), literal.to_owned()),
        }
    }
}

/// The expression that is appInfo: the variable or the export of that name, else a property of that
/// name in an object that the file builds or passes on, else the default export. Of several, the
/// first that leads to an object.
pub(super) fn app_info<'e, 'a>(
    body: &'e [Statement<'a>],
    scope: &Scope<'e, 'a>,
) -> Option<&'e Expression<'a>> {
    let mut candidates = Vec::new();
    if let Some(Name::Constant(value) | Name::Variable(value)) = scope.names.get("appInfo") {
        candidates.push(*value);
    }
    candidates.extend(body.iter().flat_map(|statement| scope.renamed(statement)));
    candidates.extend(
        body.iter()
            .filter_map(|it| assigned(it, is_exported_app_info)),
    );
    candidates.extend(properties_named_app_info(body));
    candidates.extend(body.iter().filter_map(default_export));
    candidates.extend(body.iter().filter_map(|it| assigned(it, is_module_exports)));
    let object = |candidate: &&'e Expression<'a>| scope.object(candidate).is_some();
    let first = candidates.first().copied();
    candidates.iter().copied().find(object).or(first)
}

/// The variables that a statement of the top level declares.
fn variables<'e, 'a>(statement: &'e Statement<'a>) -> Option<&'e VariableDeclaration<'a>> {
    match statement {
        Statement::VariableDeclaration(declaration) => Some(declaration),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::VariableDeclaration(declaration) => Some(declaration),
            _ => None,
        },
        _ => None,
    }
}

/// `export default X` and `export = X`.
fn default_export<'e, 'a>(statement: &'e Statement<'a>) -> Option<&'e Expression<'a>> {
    match statement {
        Statement::ExportDefaultDeclaration(export) => export.declaration.as_expression(),
        Statement::TSExportAssignment(export) => Some(&export.expression),
        _ => None,
    }
}

/// The right side of an assignment to a property of `exports` or `module`.
fn assigned<'e, 'a>(
    statement: &'e Statement<'a>,
    wanted: fn(&StaticMemberExpression) -> bool,
) -> Option<&'e Expression<'a>> {
    let Statement::ExpressionStatement(statement) = statement else {
        return None;
    };
    let Expression::AssignmentExpression(assignment) = bare(&statement.expression) else {
        return None;
    };
    match &assignment.left {
        AssignmentTarget::StaticMemberExpression(target) if wanted(target) => {
            Some(&assignment.right)
        }
        _ => None,
    }
}

/// `exports.appInfo` and `module.exports.appInfo`.
fn is_exported_app_info(target: &StaticMemberExpression) -> bool {
    target.property.name == "appInfo"
        && match &target.object {
            Expression::Identifier(object) => object.name == "exports",
            Expression::StaticMemberExpression(object) => is_module_exports(object),
            _ => false,
        }
}

/// `module.exports`.
fn is_module_exports(target: &StaticMemberExpression) -> bool {
    target.property.name == "exports"
        && matches!(&target.object, Expression::Identifier(object) if object.name == "module")
}
