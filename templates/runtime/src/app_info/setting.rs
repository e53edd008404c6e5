//! A value of the appInfo file: a text, or a small expression over environment variables.

/// A value of the appInfo file. A variable that is set to an empty text counts as not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A fixed text, as it was written.
    Text(&'static str),
    /// Read from the environment when the server starts.
    Env {
        /// Name of the variable.
        name: &'static str,
        /// What holds where the variable is not set.
        default: Option<&'static str>,
    },
    /// The first of these that has a value; none where the list is empty.
    First(&'static [Setting]),
    /// These one after the other; no value where one of them has none.
    Join(&'static [Setting]),
    /// One of two values.
    Choice {
        /// What decides.
        condition: Condition,
        /// The value where the condition holds.
        then: &'static Setting,
        /// The value where it does not hold.
        otherwise: &'static Setting,
    },
    /// A text after a change; no value where nothing is left of it.
    Changed {
        /// The text before.
        of: &'static Setting,
        /// What happens to it.
        change: Change,
    },
}

/// A condition over the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Something has a value.
    Has(&'static Setting),
    /// Something has exactly this value.
    Is(&'static Setting, &'static str),
    /// The opposite.
    Not(&'static Condition),
    /// All of these hold.
    All(&'static [Condition]),
    /// One of these holds.
    Any(&'static [Condition]),
}

/// A change of a text, named as in JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The first occurrence of a text is replaced.
    Replace(&'static str, &'static str),
    /// Every occurrence of a text is replaced.
    ReplaceAll(&'static str, &'static str),
    /// A text at the beginning is taken away.
    WithoutStart(&'static str),
    /// A text at the end is taken away.
    WithoutEnd(&'static str),
    /// To lower case.
    LowerCase,
    /// To upper case.
    UpperCase,
    /// Without blanks at both ends.
    Trim,
    /// A whole number in decimal digits; anything else has no value.
    Number,
}

impl Setting {
    /// Its value in an environment.
    pub fn read(&self, env: &impl Fn(&str) -> Option<String>) -> Option<String> {
        match self {
            Self::Text(text) => Some((*text).to_owned()),
            Self::Env { name, default } => env(name)
                .filter(|value| !value.trim().is_empty())
                .or_else(|| default.map(str::to_owned)),
            Self::First(settings) => settings.iter().find_map(|it| it.read(env)),
            Self::Join(parts) => parts.iter().map(|it| it.read(env)).collect(),
            Self::Choice {
                condition,
                then,
                otherwise,
            } => {
                if condition.holds(env) {
                    then.read(env)
                } else {
                    otherwise.read(env)
                }
            }
            Self::Changed { of, change } => change.apply(&of.read(env)?),
        }
    }

    /// The variables that it reads, in order, each once.
    pub fn variables(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect(&self, names: &mut Vec<&'static str>) {
        match self {
            Self::Text(_) => {}
            Self::Env { name, .. } => {
                if !names.contains(name) {
                    names.push(name);
                }
            }
            Self::First(all) | Self::Join(all) => all.iter().for_each(|it| it.collect(names)),
            Self::Choice {
                condition,
                then,
                otherwise,
            } => {
                condition.collect(names);
                then.collect(names);
                otherwise.collect(names);
            }
            Self::Changed { of, .. } => of.collect(names),
        }
    }
}

impl Condition {
    fn holds(&self, env: &impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Has(setting) => setting.read(env).is_some(),
            Self::Is(setting, text) => setting.read(env).as_deref() == Some(*text),
            Self::Not(condition) => !condition.holds(env),
            Self::All(conditions) => conditions.iter().all(|it| it.holds(env)),
            Self::Any(conditions) => conditions.iter().any(|it| it.holds(env)),
        }
    }

    fn collect(&self, names: &mut Vec<&'static str>) {
        match self {
            Self::Has(setting) | Self::Is(setting, _) => setting.collect(names),
            Self::Not(condition) => condition.collect(names),
            Self::All(all) | Self::Any(all) => all.iter().for_each(|it| it.collect(names)),
        }
    }
}

impl Change {
    /// The text after the change; `None` where nothing is left of it.
    fn apply(&self, text: &str) -> Option<String> {
        let changed = match self {
            Self::Replace(from, to) => text.replacen(from, to, 1),
            Self::ReplaceAll(from, to) => text.replace(from, to),
            Self::WithoutStart(start) => text.strip_prefix(start).unwrap_or(text).to_owned(),
            Self::WithoutEnd(end) => text.strip_suffix(end).unwrap_or(text).to_owned(),
            Self::LowerCase => text.to_lowercase(),
            Self::UpperCase => text.to_uppercase(),
            Self::Trim => text.trim().to_owned(),
            Self::Number => text.trim().parse::<u64>().ok()?.to_string(),
        };
        (!changed.is_empty()).then_some(changed)
    }
}
