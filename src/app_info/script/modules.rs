//! The files of the project, and what they import from one another.

use std::collections::BTreeMap;
use std::rc::Rc;

use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, Expression, ImportDeclarationSpecifier, Statement,
    TSImportEqualsDeclaration, TSModuleReference,
};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::machine::Machine;
use super::scope::{Binding, Scope};
use super::value::{Cause, Import, Kind, Place, Value};
use crate::source::SourceFile;

/// How many files one reading may take in.
const MAX_FILES: usize = 200;

/// One file that was read.
pub(super) struct Module<'a> {
    pub(super) source: SourceFile,
    pub(super) scope: Rc<Scope<'a>>,
    pub(super) statements: &'a [Statement<'a>],
    pub(super) exports: BTreeMap<String, Export<'a>>,
    /// Modules of which everything is exported.
    pub(super) stars: Vec<String>,
    /// `module`, which may have been given `exports`.
    pub(super) common: Value<'a>,
}

/// What stands behind an exported name.
#[derive(Clone)]
pub(super) enum Export<'a> {
    /// A name of the file.
    Local(&'a str),
    /// A name of another file.
    From(String, String),
    Value(Value<'a>),
}

/// A fault of a text, and where.
pub(super) struct SyntaxFault {
    pub(super) message: String,
    pub(super) place: std::ops::Range<usize>,
}

impl<'a> Machine<'a> {
    /// Takes a script in and evaluates it from top to bottom.
    pub(super) fn load(
        &mut self,
        source: SourceFile,
        kind: SourceType,
    ) -> Result<usize, Vec<SyntaxFault>> {
        let text = self.allocator.alloc_str(source.text());
        let parsed = Parser::new(self.allocator, text, kind).parse();
        if !parsed.diagnostics.is_empty() {
            let faults = parsed.diagnostics.iter().map(|error| {
                let place = error.labels.first().map_or(0..0, |label| {
                    let start = label.offset() as usize;
                    start..start + label.len() as usize
                });
                SyntaxFault {
                    message: super::lower_first(&error.message),
                    place,
                }
            });
            return Err(faults.collect());
        }
        let program = &*self.allocator.alloc(parsed.program);
        let file = self.add(source, &program.body);
        let scope = Rc::clone(&self.modules[file].scope);
        let outer = std::mem::take(&mut self.conditions);
        self.collect_imports(&program.body, &scope);
        self.hoist(&program.body, &scope);
        self.statements(&program.body, &scope);
        self.conditions = outer;
        Ok(file)
    }

    fn add(&mut self, source: SourceFile, statements: &'a [Statement<'a>]) -> usize {
        let file = self.modules.len();
        let place = Place {
            file,
            start: 0,
            end: 0,
        };
        let scope = Scope::file(file);
        let exports = self.new_object([], place);
        let common = self.new_object([("exports".into(), exports.clone())], place);
        scope.declare("exports", Binding::Value(exports));
        scope.declare("module", Binding::Value(common.clone()));
        self.modules.push(Module {
            source,
            scope,
            statements,
            exports: BTreeMap::new(),
            stars: Vec::new(),
            common,
        });
        file
    }

    /// Takes a JSON file in: its value is the default export.
    fn load_json(&mut self, source: SourceFile) -> Option<usize> {
        let text = self.allocator.alloc_str(source.text());
        let parsed = Parser::new(self.allocator, text, SourceType::cjs()).parse_expression();
        let expression: &'a Expression<'a> = self.allocator.alloc(parsed.ok()?);
        let file = self.add(source, &[]);
        let scope = Rc::clone(&self.modules[file].scope);
        let value = self.value(expression, &scope);
        self.export_whole(file, value);
        Some(file)
    }

    /// The imported names, and what is exported under which name.
    fn collect_imports(&mut self, statements: &'a [Statement<'a>], scope: &Rc<Scope<'a>>) {
        let mut exports = BTreeMap::new();
        let mut stars = Vec::new();
        for statement in statements {
            match statement {
                Statement::ImportDeclaration(import) => {
                    let source = import.source.value.as_str();
                    for specifier in import.specifiers.iter().flatten() {
                        let name = match specifier {
                            ImportDeclarationSpecifier::ImportSpecifier(it) => {
                                it.imported.name().to_string()
                            }
                            ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => {
                                "default".to_owned()
                            }
                            ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => {
                                "*".to_owned()
                            }
                        };
                        let value = imported(source, name, scope.place(&**import));
                        let local = specifier.local().name.as_str();
                        scope.declare(local, Binding::Value(value));
                    }
                }
                Statement::ExportDeclaration(export) => {
                    for name in declared(&export.declaration) {
                        exports.insert(name.to_owned(), Export::Local(name));
                    }
                }
                Statement::ExportNamedDeclaration(export) => {
                    for specifier in &export.specifiers {
                        let local = specifier.local.name().as_str();
                        let exported = specifier.exported.name().to_string();
                        exports.insert(exported, Export::Local(local));
                    }
                }
                Statement::ExportFromDeclaration(export) => {
                    let source = export.source.value.to_string();
                    for specifier in &export.specifiers {
                        let from = specifier.local.name().to_string();
                        let exported = specifier.exported.name().to_string();
                        exports.insert(exported, Export::From(source.clone(), from));
                    }
                }
                Statement::ExportAllDeclaration(export) => {
                    let source = export.source.value.to_string();
                    match &export.exported {
                        Some(name) => {
                            let export = Export::From(source, "*".to_owned());
                            exports.insert(name.name().to_string(), export);
                        }
                        None => stars.push(source),
                    }
                }
                _ => {}
            }
        }
        let module = &mut self.modules[scope.file];
        module.exports = exports;
        module.stars = stars;
    }

    pub(super) fn export_default(
        &mut self,
        declaration: &'a ExportDefaultDeclarationKind<'a>,
        scope: &Rc<Scope<'a>>,
        place: Place,
    ) {
        let value = match declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                match function.id.as_ref().map(|id| id.name.as_str()) {
                    Some(name) => self.name(name, scope, place),
                    None => self.function(function, scope),
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let value = self.class(class, scope);
                if let Some(id) = &class.id {
                    scope.declare(id.name.as_str(), Binding::Value(value.clone()));
                }
                value
            }
            other => match other.as_expression() {
                Some(expression) => self.value(expression, scope),
                None => return,
            },
        };
        let exports = &mut self.modules[scope.file].exports;
        exports.insert("default".to_owned(), Export::Value(value));
    }

    /// `export = value` and `module.exports = value`.
    pub(super) fn export_whole(&mut self, file: usize, value: Value<'a>) {
        let common = self.modules[file].common.clone();
        let place = value.place;
        self.set_member(&common, "exports", value, place);
    }

    /// `import name = require("…")`.
    pub(super) fn import_equals(
        &mut self,
        import: &'a TSImportEqualsDeclaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        if let TSModuleReference::ExternalModuleReference(module) = &import.module_reference {
            let place = scope.place(import);
            let value = imported(module.expression.value.as_str(), "=".to_owned(), place);
            scope.declare(import.id.name.as_str(), Binding::Value(value));
        }
    }

    /// `require(…)` and `import(…)`.
    pub(super) fn import_call(&mut self, source: &Value<'a>, place: Place) -> Value<'a> {
        match self.as_text(source).kind {
            Kind::Text(source) => imported(&source, "=".to_owned(), place),
            _ => Value::unknown(Cause::Runtime, "an import of a computed name", place),
        }
    }

    /// The file behind an import, read when it is needed first.
    pub(super) fn resolve(&mut self, from: usize, source: &str) -> Option<usize> {
        let paths = self.paths(from, source);
        for path in paths {
            let known = self.modules.iter().position(|it| it.source.name() == path);
            if known.is_some() {
                return known;
            }
            if self.modules.len() >= MAX_FILES {
                return None;
            }
            let Some(file) = self.files.read(&path) else {
                continue;
            };
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            return match extension {
                "json" => self.load_json(file),
                _ if super::too_deep(file.text()).is_some() => None,
                extension => self.load(file, super::source_type(extension)).ok(),
            };
        }
        None
    }

    /// The value of a JSON file, such as `tsconfig.json`.
    pub(super) fn json(&mut self, path: &str) -> Option<Value<'a>> {
        let known = self.modules.iter().position(|it| it.source.name() == path);
        let file = match known {
            Some(file) => file,
            None => {
                let file = self.files.read(path)?;
                if super::too_deep(file.text()).is_some() {
                    return None;
                }
                self.load_json(file)?
            }
        };
        let place = Place {
            file,
            start: 0,
            end: 0,
        };
        self.export(file, "=", place)
    }
}

/// An export of another file, looked up when it is needed.
pub(super) fn imported<'a>(source: &str, name: String, place: Place) -> Value<'a> {
    let import = Import {
        source: source.to_owned(),
        name,
    };
    Value::new(Kind::Imported(Rc::new(import)), place)
}

/// The names that an exported declaration declares.
fn declared<'a>(declaration: &'a Declaration<'a>) -> Vec<&'a str> {
    match declaration {
        Declaration::VariableDeclaration(declaration) => (declaration.declarations.iter())
            .flat_map(|it| it.id.get_binding_identifiers())
            .map(|id| id.name.as_str())
            .collect(),
        Declaration::FunctionDeclaration(function) => {
            function.id.iter().map(|id| id.name.as_str()).collect()
        }
        Declaration::ClassDeclaration(class) => {
            class.id.iter().map(|id| id.name.as_str()).collect()
        }
        Declaration::TSEnumDeclaration(declaration) => vec![declaration.id.name.as_str()],
        _ => Vec::new(),
    }
}
