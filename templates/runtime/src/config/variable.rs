//! One row of the table of settings. Like the table, it is compiled by auth-gen too and depends on nothing.

/// What a setting is written as in the settings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Several texts; in a variable with commas between them.
    List,
}

impl Kind {
    /// Its name, as `settings --json` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }
}

/// A variable that is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds where it is not set, as Markdown: a value in backticks, or words about it.
    pub default: &'static str,
    /// What it is for, as Markdown, without a full stop.
    pub meaning: &'static str,
    /// Whether its value may hold a password or a key, and must never be printed.
    pub is_secret: bool,
    /// What it is written as in the settings file.
    pub kind: Kind,
    /// The values that it may have; any where there are none.
    pub choices: &'static [&'static str],
}

/// The key of a variable in the settings file: its name in lower case, without `AUTH_`.
pub fn key(name: &str) -> String {
    name.strip_prefix("AUTH_").unwrap_or(name).to_lowercase()
}

impl Variable {
    /// The default where it is a value, and not words about one.
    pub fn default_value(&self) -> Option<&'static str> {
        let inside = self.default.strip_prefix('`')?.strip_suffix('`')?;
        (!inside.contains('`')).then_some(inside)
    }
}

/// One that holds no secret.
pub(super) const fn plain(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable {
        name,
        default,
        meaning,
        is_secret: false,
        kind: Kind::Text,
        choices: &[],
    }
}

/// A whole number.
pub(super) const fn number(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable {
        kind: Kind::Number,
        ..plain(name, default, meaning)
    }
}

/// Several texts.
pub(super) const fn list(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable {
        kind: Kind::List,
        ..plain(name, default, meaning)
    }
}

/// One that may hold a password or a key.
pub(super) const fn secret(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable {
        is_secret: true,
        ..plain(name, default, meaning)
    }
}

/// One of a recipe, with the values that it may have. The first holds where it is not set.
pub(super) const fn choice(
    name: &'static str,
    default: &'static str,
    choices: &'static [&'static str],
    meaning: &'static str,
) -> Variable {
    Variable {
        choices,
        ..plain(name, default, meaning)
    }
}
