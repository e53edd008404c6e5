//! What the files of the project export, looked up when it is needed.

use std::rc::Rc;

use super::environment;
use super::machine::Machine;
use super::modules::{Export, imported};
use super::value::{Cause, Import, Kind, Place, Reason, Value};

impl<'a> Machine<'a> {
    /// A value, looked up where it is an export of another file.
    pub(super) fn force(&mut self, value: &Value<'a>) -> Value<'a> {
        let mut value = value.clone();
        for _ in 0..32 {
            let Kind::Imported(import) = &value.kind else {
                return value;
            };
            let import = Rc::clone(import);
            value = self.look_up_import(&import, value.place);
        }
        let what = "an import that depends on itself";
        Value::unknown(Cause::Unsupported, what, value.place)
    }

    fn look_up_import(&mut self, import: &Import, place: Place) -> Value<'a> {
        let Import { source, name } = import;
        if let Some(value) = environment::module(source, name, place) {
            return value;
        }
        match self.resolve(place.file, source) {
            Some(file) => self.export(file, name, place).unwrap_or_else(|| {
                let shown = self.modules[file].source.name();
                let what = format!("`{shown}` exports no `{name}`");
                Value::unknown(Cause::Imported, what, place)
            }),
            None => {
                let what = match (source.starts_with('.'), name.as_str()) {
                    (true, _) => format!("`{source}` is not found"),
                    (false, "*" | "=" | "default") => format!("from `{source}`"),
                    (false, name) => format!("`{name}` comes from `{source}`"),
                };
                let is_variable = name.contains('_') && environment::is_capitals(name);
                let reason = Reason {
                    place,
                    cause: Cause::Imported,
                    what,
                    variable: is_variable.then(|| name.clone()),
                };
                Value::new(Kind::Unknown(Rc::new(reason)), place)
            }
        }
    }

    /// What a file exports under a name.
    pub(super) fn export(&mut self, file: usize, name: &str, place: Place) -> Option<Value<'a>> {
        let whole = |machine: &mut Self| {
            let common = machine.modules[file].common.clone();
            machine.member(&common, "exports", place)
        };
        let has_exports =
            !self.modules[file].exports.is_empty() || !self.modules[file].stars.is_empty();
        match name {
            "=" | "*" if has_exports => {
                let mut names: Vec<String> = self.modules[file].exports.keys().cloned().collect();
                let stars = self.modules[file].stars.clone();
                for star in stars {
                    if let Some(other) = self.resolve(file, &star) {
                        names.extend(self.modules[other].exports.keys().cloned());
                    }
                }
                let exports = names.into_iter().filter_map(|name| {
                    let value = self.export(file, &name, place)?;
                    Some((name.as_str().into(), value))
                });
                let exports: Vec<_> = exports.collect();
                Some(self.new_object(exports, place))
            }
            "=" | "*" => Some(whole(self)),
            "default" if !has_exports => Some(whole(self)),
            _ => {
                let export = self.modules[file].exports.get(name).cloned();
                match export {
                    Some(Export::Value(value)) => Some(value),
                    Some(Export::Local(local)) => {
                        let scope = Rc::clone(&self.modules[file].scope);
                        scope.find(local)?;
                        Some(self.name(local, &scope, place))
                    }
                    Some(Export::From(source, from)) => {
                        let here = Place { file, ..place };
                        Some(imported(&source, from, here))
                    }
                    None if has_exports => {
                        let stars = self.modules[file].stars.clone();
                        let mut files = stars.iter().filter_map(|star| self.resolve(file, star));
                        let files: Vec<usize> = files.by_ref().collect();
                        files
                            .into_iter()
                            .find_map(|other| self.export(other, name, place))
                    }
                    None => {
                        let exports = whole(self);
                        Some(self.member(&exports, name, place))
                    }
                }
            }
        }
    }

    /// The names under which a file exports something.
    pub(super) fn export_names(&self, file: usize) -> Vec<String> {
        self.modules[file].exports.keys().cloned().collect()
    }
}
