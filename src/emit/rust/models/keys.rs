//! How serde gets the keys of JSON out of the names of fields.

use crate::ir::Field;

/// The rule for the fields of one struct or enum; a field that it does not fit has a `rename`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Each key is the field's name.
    AsNamed,
    /// `rename_all = "camelCase"`.
    CamelCase,
}

impl Keys {
    /// The rule that leaves fewer fields to rename.
    pub(super) fn of<'a>(fields: impl Iterator<Item = &'a Field>) -> Self {
        let mut misfits = [0; 2];
        for field in fields {
            for (count, rule) in misfits.iter_mut().zip([Self::AsNamed, Self::CamelCase]) {
                *count += usize::from(!rule.fits(field));
            }
        }
        let [as_named, camel_case] = misfits;
        if camel_case < as_named {
            Self::CamelCase
        } else {
            Self::AsNamed
        }
    }

    /// Whether serde makes the field's key by itself.
    pub(super) fn fits(self, field: &Field) -> bool {
        let name = field.name.rust();
        match self {
            Self::AsNamed => name == field.name.wire(),
            // That serde drops the `_` behind a keyword is nothing to rely on silently.
            Self::CamelCase => !name.ends_with('_') && camel(name) == field.name.wire(),
        }
    }

    /// The argument of serde: `attribute` is `rename_all`, or `rename_all_fields` on an enum.
    pub(super) fn part(self, attribute: &str) -> Option<String> {
        match self {
            Self::AsNamed => None,
            Self::CamelCase => Some(format!("{attribute} = \"camelCase\"")),
        }
    }
}

/// `form_fields` → `formFields`, exactly as serde does it.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for character in name.chars() {
        match character {
            '_' => upper = true,
            _ if upper && !out.is_empty() => {
                out.push(character.to_ascii_uppercase());
                upper = false;
            }
            _ => {
                out.push(character);
                upper = false;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample;
    use crate::ir::Type;

    #[test]
    fn names_become_keys_as_serde_makes_them() {
        assert_eq!(camel("form_fields"), "formFields");
        assert_eq!(camel("id"), "id");
        assert_eq!(camel("line_2_3"), "line23");
    }

    #[test]
    fn the_rule_is_the_one_that_fits_most() {
        let field = |wire: &str| sample::field(wire, Type::Bool, true);
        let camel = [field("userId"), field("timeJoined"), field("id")];
        assert_eq!(Keys::of(camel.iter()), Keys::CamelCase);
        let snake = [field("jwks_uri"), field("token_endpoint"), field("userId")];
        assert_eq!(Keys::of(snake.iter()), Keys::AsNamed);
        assert!(!Keys::CamelCase.fits(&field("redirectURIInfo")));
        assert!(!Keys::CamelCase.fits(&field("use")));
    }
}
