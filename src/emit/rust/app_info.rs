//! `api/app_info.rs`: the values of the appInfo file, as constants.

use askama::Template;

use super::Frame;
use crate::app_info::{Change, Condition, Setting};
use crate::ir::Api;

#[derive(Template)]
#[template(path = "api/app_info.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    imports: String,
    fields: Vec<(&'static str, String)>,
}

/// The file.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    let info = &api.app_info;
    let fields = vec![
        ("app_name", required(&info.app_name)),
        ("api_domain", required(&info.api_domain)),
        ("api_base_path", optional(info.api_base_path.as_ref())),
        ("api_gateway_path", optional(info.api_gateway_path.as_ref())),
        ("website_domain", optional(info.website_domain.as_ref())),
        ("origin", optional(info.origin.as_ref())),
        (
            "website_base_path",
            optional(info.website_base_path.as_ref()),
        ),
    ];
    View {
        frame,
        imports: imports(&fields),
        fields,
    }
    .render()
    .expect("the template has no fallible part")
}

fn required(setting: &Setting) -> String {
    expression(setting, 1)
}

/// The setting as a constant expression, laid out as rustfmt does; `depth` is that of its line.
fn expression(setting: &Setting, depth: usize) -> String {
    match setting {
        Setting::Text(text) => format!("Setting::Text({text:?})"),
        Setting::Env { name, default } => {
            let default = match default {
                Some(default) => format!("Some({default:?})"),
                None => "None".to_owned(),
            };
            let fields = [("name", format!("{name:?}")), ("default", default)];
            structure("Setting::Env", &fields, depth)
        }
        Setting::First(settings) => list("Setting::First", settings, expression, depth),
        Setting::Join(parts) => list("Setting::Join", parts, expression, depth),
        Setting::Choice {
            condition,
            then,
            otherwise,
        } => {
            let fields = [
                ("condition", self::condition(condition, depth + 1)),
                ("then", format!("&{}", expression(then, depth + 1))),
                (
                    "otherwise",
                    format!("&{}", expression(otherwise, depth + 1)),
                ),
            ];
            structure("Setting::Choice", &fields, depth)
        }
        Setting::Changed { of, change } => {
            let fields = [
                ("of", format!("&{}", expression(of, depth + 1))),
                ("change", self::change(change)),
            ];
            structure("Setting::Changed", &fields, depth)
        }
    }
}

fn condition(condition: &Condition, depth: usize) -> String {
    match condition {
        Condition::Has(setting) => format!("Condition::Has(&{})", expression(setting, depth)),
        Condition::Is(setting, text) => {
            let (inner, end) = (INDENT.repeat(depth + 1), INDENT.repeat(depth));
            let setting = expression(setting, depth + 1);
            format!("Condition::Is(\n{inner}&{setting},\n{inner}{text:?},\n{end})")
        }
        Condition::Not(inner) => format!("Condition::Not(&{})", self::condition(inner, depth)),
        Condition::All(all) => list("Condition::All", all, self::condition, depth),
        Condition::Any(any) => list("Condition::Any", any, self::condition, depth),
    }
}

fn change(change: &Change) -> String {
    match change {
        Change::Replace(from, to) => format!("Change::Replace({from:?}, {to:?})"),
        Change::ReplaceAll(from, to) => format!("Change::ReplaceAll({from:?}, {to:?})"),
        Change::WithoutStart(text) => format!("Change::WithoutStart({text:?})"),
        Change::WithoutEnd(text) => format!("Change::WithoutEnd({text:?})"),
        Change::LowerCase | Change::UpperCase | Change::Trim | Change::Number => {
            format!("Change::{change:?}")
        }
    }
}

const INDENT: &str = "    ";

/// A structure, one field on each line.
fn structure(name: &str, fields: &[(&str, String)], depth: usize) -> String {
    let (inner, end) = (INDENT.repeat(depth + 1), INDENT.repeat(depth));
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{inner}{name}: {value},\n"));
    format!("{name} {{\n{}{end}}}", fields.collect::<String>())
}

/// A list, one item on each line. Each list holds a variable, which takes several lines.
fn list<T>(name: &str, items: &[T], item: fn(&T, usize) -> String, depth: usize) -> String {
    if items.is_empty() {
        return format!("{name}(&[])");
    }
    let (inner, end) = (INDENT.repeat(depth + 1), INDENT.repeat(depth));
    let items = items
        .iter()
        .map(|it| format!("{inner}{},\n", item(it, depth + 1)));
    format!("{name}(&[\n{}{end}])", items.collect::<String>())
}

/// The types that the constants need.
fn imports(fields: &[(&'static str, String)]) -> String {
    let is_used = |name: &&str| {
        let path = format!("{name}::");
        fields.iter().any(|(_, value)| value.contains(&path))
    };
    let names = ["AppInfoDefaults"].into_iter();
    let names = names.chain(["Change", "Condition"].into_iter().filter(is_used));
    names.chain(["Setting"]).collect::<Vec<_>>().join(", ")
}

fn optional(setting: Option<&Setting>) -> String {
    match setting {
        Some(setting) => format!("Some({})", required(setting)),
        None => "None".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str, default: Option<&str>) -> Setting {
        Setting::Env {
            name: name.to_owned(),
            default: default.map(str::to_owned),
        }
    }

    /// The text is what rustfmt makes of it.
    #[test]
    fn expressions_are_laid_out_as_rustfmt_does() {
        let site = Setting::First(vec![
            Setting::Join(vec![
                Setting::Text("https://".to_owned()),
                env("HOST", None),
            ]),
            Setting::Changed {
                of: Box::new(env("SITE", None)),
                change: Change::WithoutEnd("/".to_owned()),
            },
            Setting::Text("http://localhost:3000".to_owned()),
        ]);
        let path = Setting::Choice {
            condition: Condition::Any(vec![
                Condition::Not(Box::new(Condition::Has(Box::new(env("STAGE", None))))),
                Condition::Is(Box::new(env("STAGE", Some("test"))), "live".to_owned()),
            ]),
            then: Box::new(Setting::Text("/auth".to_owned())),
            otherwise: Box::new(Setting::First(Vec::new())),
        };
        let constants = format!(
            "const SITE: Option<Setting> = {};\nconst PATH: Setting = {};\n",
            optional(Some(&site)).replace("\n    ", "\n"),
            required(&path).replace("\n    ", "\n"),
        );
        insta::assert_snapshot!(constants, @r#"
const SITE: Option<Setting> = Some(Setting::First(&[
    Setting::Join(&[
        Setting::Text("https://"),
        Setting::Env {
            name: "HOST",
            default: None,
        },
    ]),
    Setting::Changed {
        of: &Setting::Env {
            name: "SITE",
            default: None,
        },
        change: Change::WithoutEnd("/"),
    },
    Setting::Text("http://localhost:3000"),
]));
const PATH: Setting = Setting::Choice {
    condition: Condition::Any(&[
        Condition::Not(&Condition::Has(&Setting::Env {
            name: "STAGE",
            default: None,
        })),
        Condition::Is(
            &Setting::Env {
                name: "STAGE",
                default: Some("test"),
            },
            "live",
        ),
    ]),
    then: &Setting::Text("/auth"),
    otherwise: &Setting::First(&[]),
};
"#);
        let fields = [("api_domain", required(&path))];
        assert_eq!(imports(&fields), "AppInfoDefaults, Condition, Setting");
    }
}
