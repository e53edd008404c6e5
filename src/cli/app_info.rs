//! `auth-gen app-info`: the values of the appInfo file as they were read, as a table for people or
//! as JSON.

use serde_json::{Value, json};

use super::console::Console;
use super::project::AppInfoArgs;
use super::{Exit, Outcome};
use crate::app_info::{self, ReadField, Setting};

const HEAD: [&str; 4] = ["FIELD", "VALUE", "VARIABLE", "PLACE"];

/// Prints what was read even where something is wrong with it, so that the rest can be seen.
pub(super) fn run(args: &AppInfoArgs, console: &Console) -> Outcome {
    let (source, levels) = args.load()?;
    let reading = app_info::read(&source);
    if console.is_json() {
        let rows: Vec<Value> = reading.fields.iter().map(json).collect();
        console.print_json(&Value::from(rows))?;
    } else if !reading.fields.is_empty() {
        console.print(&table(&reading.fields))?;
    }
    let (_, warnings) = reading.outcome.map_err(|found| found.leveled(&levels))?;
    let found = warnings.leveled(&levels);
    if found.has_errors() {
        return Err(found);
    }
    console.diagnose(found);
    Ok(Exit::Done)
}

fn json(field: &ReadField) -> Value {
    let (line, column) = field.place.file.line_column(field.place.range.start);
    let variables = field.setting.variables().into_iter();
    let variables = variables.map(|(name, default)| json!({ "name": name, "default": default }));
    json!({
        "field": field.name,
        "value": value(&field.setting),
        "variables": variables.collect::<Vec<_>>(),
        "file": field.place.file.name(),
        "line": line,
        "column": column,
    })
}

/// What holds where no variable is set.
fn value(setting: &Setting) -> Option<String> {
    match setting {
        Setting::Text(text) => Some(text.clone()),
        other => other.default_text(),
    }
}

fn table(fields: &[ReadField]) -> String {
    let rows = fields.iter().map(|field| {
        let names = field.setting.variables().into_iter().map(|(name, _)| name);
        let (line, column) = field.place.file.line_column(field.place.range.start);
        [
            field.name.clone(),
            match value(&field.setting) {
                Some(text) if text.trim().is_empty() => "(empty)".to_owned(),
                Some(text) => text,
                None => "(must be set)".to_owned(),
            },
            names.collect::<Vec<_>>().join(", "),
            format!("{}:{line}:{column}", field.place.file.name()),
        ]
    });
    super::console::table(std::iter::once(HEAD.map(str::to_owned)).chain(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfoSource;
    use crate::source::SourceFile;

    #[test]
    fn a_row_has_value_variables_and_place() {
        let text = "const port = process.env.PORT || 3001;\n\
                    export const appInfo = {\n  appName: 'Shop',\n  \
                    apiDomain: process.env.API_URL || `http://localhost:${port}`,\n  \
                    websiteDomain: process.env.SITE_URL,\n};\n";
        let source = AppInfoSource::from(SourceFile::new("appInfo.ts", text));
        insta::assert_snapshot!(table(&app_info::read(&source).fields), @r"
FIELD          VALUE                  VARIABLE       PLACE
appName        Shop                                  appInfo.ts:3:12
apiDomain      http://localhost:3001  API_URL, PORT  appInfo.ts:4:14
websiteDomain  (must be set)          SITE_URL       appInfo.ts:5:18
");
    }
}
