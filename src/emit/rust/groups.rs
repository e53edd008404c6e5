//! The operations that are left to the application, in groups: one for each tag of the spec.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::custom_operations;
use crate::ir::{Api, Operation};
use crate::name::Namer;

/// Names on `Endpoints` that no group may take.
const METHODS: &[&str] = &["clone", "default", "fmt", "from", "into", "new"];

/// One group.
pub(super) struct Group<'a> {
    /// The tag, as the spec spells it; empty for operations without one.
    pub(super) tag: &'a str,
    /// `totp`: the module, and the method of `Endpoints`.
    pub(super) name: String,
    /// `TotpOperations`: the trait.
    pub(super) type_name: String,
    /// In the order of the spec.
    pub(super) operations: Vec<&'a Operation>,
}

/// The groups, in the order in which the spec first names them.
pub(super) fn groups(api: &Api) -> Vec<Group<'_>> {
    let mut names = Namer::with_reserved(METHODS);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for operation in custom_operations(api) {
        let tag = operation.tag.as_str();
        match groups.iter_mut().find(|group| group.tag == tag) {
            Some(group) => group.operations.push(operation),
            None => {
                let name = names.function(&words(tag)).rust().to_owned();
                groups.push(Group {
                    tag,
                    type_name: format!("{}Operations", name.to_upper_camel_case()),
                    name,
                    operations: vec![operation],
                });
            }
        }
    }
    groups
}

/// `TOTP Recipe` → `totp`: what every recipe is called says nothing.
fn words(tag: &str) -> String {
    let short = tag.trim();
    let short = short.strip_suffix("Recipe").unwrap_or(short).trim();
    let words = short.to_snake_case();
    if words.is_empty() {
        "other".to_owned()
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample;

    #[test]
    fn a_tag_is_a_group_and_operations_without_one_are_another() {
        let mut api = sample::api();
        for (operation, tag) in api
            .operations
            .iter_mut()
            .zip(["Reset", "TOTP Recipe", "", "new"])
        {
            operation.tag = tag.to_owned();
        }
        let groups = groups(&api);
        let names: Vec<(&str, &str)> = groups
            .iter()
            .map(|group| (group.name.as_str(), group.type_name.as_str()))
            .collect();
        // The first operation is built in. `new` would hide the constructor.
        let expected = [
            ("totp", "TotpOperations"),
            ("other", "OtherOperations"),
            ("new_", "NewOperations"),
        ];
        assert_eq!(names, expected);
    }
}
