//! A value of appInfo: a text, or a small expression over environment variables that the generated
//! server evaluates when it starts.
//!
//! The generated server has the same type with constants in place of owned texts
//! (`templates/runtime/src/app_info/setting.rs`); a test holds the two together.

/// A value of appInfo. A variable that is set to an empty text counts as not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A fixed text, as it was written.
    Text(String),
    /// Read from the environment when the generated server starts.
    Env {
        /// Name of the variable.
        name: String,
        /// What holds where it is not set; without it the server asks for the variable.
        default: Option<String>,
    },
    /// The first of these that has a value; none where the list is empty.
    First(Vec<Setting>),
    /// These one after the other; no value where one of them has none.
    Join(Vec<Setting>),
    /// One of two values.
    Choice {
        /// What decides.
        condition: Condition,
        /// The value where the condition holds.
        then: Box<Setting>,
        /// The value where it does not hold.
        otherwise: Box<Setting>,
    },
    /// A text after a change; no value where nothing is left of it.
    Changed {
        /// The text before.
        of: Box<Setting>,
        /// What happens to it.
        change: Change,
    },
}

/// A condition over the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Something has a value.
    Has(Box<Setting>),
    /// Something has exactly this value.
    Is(Box<Setting>, String),
    /// The opposite.
    Not(Box<Condition>),
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
}

/// A change of a text, named as in JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The first occurrence of a text is replaced.
    Replace(String, String),
    /// Every occurrence of a text is replaced.
    ReplaceAll(String, String),
    /// A text at the beginning is taken away.
    WithoutStart(String),
    /// A text at the end is taken away.
    WithoutEnd(String),
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
    /// The text that holds where no variable is set. An empty text says no more than none, as an
    /// empty variable does.
    pub(crate) fn default_text(&self) -> Option<String> {
        match self {
            Setting::Text(text) => Some(text.clone()),
            other => other.read(&|_| None).filter(|text| !text.trim().is_empty()),
        }
    }

    /// Its value in an environment.
    pub(crate) fn read(&self, env: &impl Fn(&str) -> Option<String>) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Env { name, default } => variable(env, name).or_else(|| default.clone()),
            Self::First(settings) => settings.iter().find_map(|it| it.read(env)),
            Self::Join(parts) => parts.iter().map(|it| it.read(env)).collect(),
            Self::Choice {
                condition,
                then,
                otherwise,
            } => match condition.holds(env) {
                true => then.read(env),
                false => otherwise.read(env),
            },
            Self::Changed { of, change } => change.apply(&of.read(env)?),
        }
    }

    /// Every variable that it reads, in order, each once, with what holds in its place where none
    /// is set.
    pub(crate) fn variables(&self) -> Vec<(String, Option<String>)> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    /// Whether JavaScript would put `undefined` into a text where no variable is set.
    pub(crate) fn reads_undefined(&self) -> bool {
        match self {
            Self::Text(_) | Self::Env { .. } => false,
            Self::First(settings) => settings.last().is_some_and(Self::reads_undefined),
            Self::Join(_) => self.read(&|_| None).is_none(),
            Self::Choice {
                condition,
                then,
                otherwise,
            } => match condition.holds(&|_| None) {
                true => then.reads_undefined(),
                false => otherwise.reads_undefined(),
            },
            Self::Changed { of, .. } => of.reads_undefined(),
        }
    }

    fn collect(&self, found: &mut Vec<(String, Option<String>)>) {
        match self {
            Self::Text(_) => {}
            Self::Env { name, default } => add(found, name, default.clone()),
            Self::First(settings) => {
                for (index, setting) in settings.iter().enumerate() {
                    let rest = Self::First(settings[index..].to_vec());
                    match setting {
                        Self::Env { name, .. } => add(found, name, rest.default_text()),
                        other => other.collect(found),
                    }
                }
            }
            Self::Join(parts) => parts.iter().for_each(|it| it.collect(found)),
            Self::Choice {
                condition,
                then,
                otherwise,
            } => {
                condition.collect(found);
                then.collect(found);
                otherwise.collect(found);
            }
            Self::Changed { of, .. } => of.collect(found),
        }
    }
}

impl Condition {
    fn holds(&self, env: &impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Has(setting) => setting.read(env).is_some(),
            Self::Is(setting, text) => setting.read(env).as_ref() == Some(text),
            Self::Not(condition) => !condition.holds(env),
            Self::All(conditions) => conditions.iter().all(|it| it.holds(env)),
            Self::Any(conditions) => conditions.iter().any(|it| it.holds(env)),
        }
    }

    fn collect(&self, found: &mut Vec<(String, Option<String>)>) {
        match self {
            Self::Has(setting) | Self::Is(setting, _) => setting.collect(found),
            Self::Not(condition) => condition.collect(found),
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|it| it.collect(found));
            }
        }
    }
}

impl Change {
    /// The text after the change; `None` where nothing is left of it.
    pub(crate) fn apply(&self, text: &str) -> Option<String> {
        let changed = match self {
            Self::Replace(from, to) => text.replacen(from, to, 1),
            Self::ReplaceAll(from, to) => text.replace(from, to),
            Self::WithoutStart(start) => text.strip_prefix(start).unwrap_or(text).to_owned(),
            Self::WithoutEnd(end) => text.strip_suffix(end).unwrap_or(text).to_owned(),
            Self::LowerCase => text.to_lowercase(),
            Self::UpperCase => text.to_uppercase(),
            Self::Trim => text.trim().to_owned(),
            Self::Number => {
                let number: u64 = text.trim().parse().ok()?;
                number.to_string()
            }
        };
        (!changed.is_empty()).then_some(changed)
    }
}

/// A variable that is set to more than blanks.
fn variable(env: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.trim().is_empty())
}

fn add(found: &mut Vec<(String, Option<String>)>, name: &str, default: Option<String>) {
    match found.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) if known.is_none() => *known = default,
        Some(_) => {}
        None => found.push((name.to_owned(), default)),
    }
}
