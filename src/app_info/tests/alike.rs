//! The generator's settings and those of the generated server are the same.

use super::*;

/// The generated server's own type, for the same setting.
fn of_the_server(setting: &Setting) -> rules::Setting {
    fn text(text: &str) -> &'static str {
        String::leak(text.to_owned())
    }
    fn leak(setting: &Setting) -> &'static rules::Setting {
        Box::leak(Box::new(of_the_server(setting)))
    }
    fn condition(it: &Condition) -> rules::Condition {
        let list = |all: &[Condition]| -> &'static [rules::Condition] {
            Vec::leak(all.iter().map(condition).collect())
        };
        match it {
            Condition::Has(setting) => rules::Condition::Has(leak(setting)),
            Condition::Is(setting, value) => rules::Condition::Is(leak(setting), text(value)),
            Condition::Not(inner) => rules::Condition::Not(Box::leak(Box::new(condition(inner)))),
            Condition::All(all) => rules::Condition::All(list(all)),
            Condition::Any(any) => rules::Condition::Any(list(any)),
        }
    }
    let list = |all: &[Setting]| -> &'static [rules::Setting] {
        Vec::leak(all.iter().map(of_the_server).collect())
    };
    match setting {
        Setting::Text(value) => rules::Setting::Text(text(value)),
        Setting::Env { name, default } => rules::Setting::Env {
            name: text(name),
            default: default.as_deref().map(text),
        },
        Setting::First(all) => rules::Setting::First(list(all)),
        Setting::Join(parts) => rules::Setting::Join(list(parts)),
        Setting::Choice {
            condition: it,
            then,
            otherwise,
        } => rules::Setting::Choice {
            condition: condition(it),
            then: leak(then),
            otherwise: leak(otherwise),
        },
        Setting::Changed { of, change } => rules::Setting::Changed {
            of: leak(of),
            change: match change {
                Change::Replace(from, to) => rules::Change::Replace(text(from), text(to)),
                Change::ReplaceAll(from, to) => rules::Change::ReplaceAll(text(from), text(to)),
                Change::WithoutStart(it) => rules::Change::WithoutStart(text(it)),
                Change::WithoutEnd(it) => rules::Change::WithoutEnd(text(it)),
                Change::LowerCase => rules::Change::LowerCase,
                Change::UpperCase => rules::Change::UpperCase,
                Change::Trim => rules::Change::Trim,
                Change::Number => rules::Change::Number,
            },
        },
    }
}

/// The generator knows the values that the generated server will have.
#[test]
fn generator_and_server_read_settings_alike() {
    let mut count = 0;
    for file in sources("good") {
        for field in read(&source(&file)).fields {
            let server = of_the_server(&field.setting);
            let names = field.setting.variables();
            assert_eq!(
                server.variables(),
                names
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect::<Vec<_>>()
            );
            for value in ["", " ", "live", "dev", "/api/", "80", "A/"] {
                // Every set of variables that have the value.
                for set in 0..1_usize << names.len() {
                    let env = |name: &str| {
                        let index = names.iter().position(|(known, _)| known == name)?;
                        (set >> index & 1 == 1).then(|| value.to_owned())
                    };
                    let place = (file.name(), &field.name, value, set);
                    assert_eq!(field.setting.read(&env), server.read(&env), "{place:?}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 500, "{count}");
}
