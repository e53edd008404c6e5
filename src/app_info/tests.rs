//! Every file in `tests/app_info/good` and `tests/app_info/bad`, and the snapshot beside it.

mod alike;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/app_info")
        .join(name)
}

fn sources(name: &str) -> Vec<SourceFile> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder(name)).expect("the folder of fixtures is there") {
        let path = entry.expect("the folder can be read").path();
        let file_name = path.file_name().expect("a fixture has a name");
        let file_name = file_name.to_string_lossy().into_owned();
        if path.is_file() && !file_name.ends_with(".snap") && !file_name.ends_with(".snap.new") {
            let text = fs::read_to_string(&path).expect("a fixture is UTF-8");
            sources.push(SourceFile::new(file_name, &text));
        }
    }
    sources.sort_by(|left, right| left.name().cmp(right.name()));
    assert!(!sources.is_empty());
    sources
}

fn snapshot(group: &str, file: &SourceFile, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder(group));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(file.name(), text));
}

/// One line for each field that is there.
fn listing(app_info: &AppInfo) -> String {
    let AppInfo {
        app_name,
        api_domain,
        api_base_path,
        api_gateway_path,
        website_domain,
        origin,
        website_base_path,
    } = app_info;
    let fields = [
        ("appName", Some(app_name)),
        ("apiDomain", Some(api_domain)),
        ("apiBasePath", api_base_path.as_ref()),
        ("apiGatewayPath", api_gateway_path.as_ref()),
        ("websiteDomain", website_domain.as_ref()),
        ("origin", origin.as_ref()),
        ("websiteBasePath", website_base_path.as_ref()),
    ];
    let mut text = String::new();
    for (name, setting) in fields {
        match setting {
            None => {}
            Some(setting) => text += &format!("{name}: {}\n", shown(setting)),
        }
    }
    text
}

/// A setting in one line.
fn shown(setting: &Setting) -> String {
    let list = |all: &[Setting]| all.iter().map(shown).collect::<Vec<_>>();
    match setting {
        Setting::Text(value) => format!("{value:?}"),
        Setting::Env { name, default } => format!("${name}, otherwise {default:?}"),
        Setting::First(all) => format!("the first of [{}]", list(all).join("; ")),
        Setting::Join(all) => format!("({})", list(all).join(" + ")),
        Setting::Choice {
            condition,
            then,
            otherwise,
        } => format!(
            "{} if {}, else {}",
            shown(then),
            shown_condition(condition),
            shown(otherwise)
        ),
        Setting::Changed { of, change } => format!("({}) after {change:?}", shown(of)),
    }
}

fn shown_condition(condition: &Condition) -> String {
    let list = |all: &[Condition]| all.iter().map(shown_condition).collect::<Vec<_>>();
    match condition {
        Condition::Has(setting) => format!("({}) is set", shown(setting)),
        Condition::Is(setting, text) => format!("({}) is {text:?}", shown(setting)),
        Condition::Not(inner) => format!("not [{}]", shown_condition(inner)),
        Condition::All(all) => format!("[{}]", list(all).join(" and ")),
        Condition::Any(any) => format!("[{}]", list(any).join(" or ")),
    }
}

/// A fixture, with the files in `tests/app_info/project` to import from.
fn source(file: &SourceFile) -> AppInfoSource {
    AppInfoSource {
        file: file.clone(),
        name: None,
        files: Files::new(|path| {
            let text = fs::read_to_string(folder("project").join(path)).ok()?;
            Some(SourceFile::new(path, &text))
        }),
    }
}

#[test]
fn good_files_are_read_as_their_snapshots_say() {
    for file in sources("good") {
        match parse(&source(&file)) {
            Ok((app_info, warnings)) => {
                let text = listing(&app_info) + "\n" + &warnings.render(false);
                snapshot("good", &file, text.trim_end());
            }
            Err(errors) => panic!("{}:\n{}", file.name(), errors.render(false)),
        }
    }
}

#[test]
fn bad_files_are_reported_as_their_snapshots_say() {
    for file in sources("bad") {
        match parse(&source(&file)) {
            Ok((app_info, _)) => panic!("{} is read as\n{}", file.name(), listing(&app_info)),
            Err(errors) => {
                assert!(errors.has_errors(), "{}", file.name());
                snapshot("bad", &file, &errors.render(false));
            }
        }
    }
}

#[test]
fn every_code_has_a_bad_or_a_doubtful_file() {
    let mut seen = std::collections::BTreeSet::new();
    for file in sources("bad").into_iter().chain(sources("good")) {
        let found = parse(&source(&file)).map_or_else(|errors| errors, |(_, warnings)| warnings);
        for diagnostic in found.iter() {
            seen.insert(diagnostic.code);
            assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
        }
    }
    for code in [
        "app-info-ambiguous",
        "app-info-assumed",
        "app-info-cross-site",
        "app-info-duplicate-field",
        "app-info-insecure-api",
        "app-info-invalid-field",
        "app-info-missing-field",
        "app-info-no-default",
        "app-info-not-found",
        "app-info-not-static",
        "app-info-unknown-field",
        "app-info-unknown-format",
        "invalid-script",
        "invalid-toml",
    ] {
        assert!(seen.contains(code), "{code} has no file");
    }
}

/// The same values, whichever format they come in.
#[test]
fn formats_agree() {
    let read = |name: &str, text: &str| {
        let result = parse(&SourceFile::new(name, text).into());
        result.expect("valid").0
    };
    let yaml = read(
        "a.yaml",
        "appName: Notes\napiDomain: ${API:-localhost:3001}\norigin: localhost:3000\n",
    );
    let json = r#"{"appName": "Notes", "apiDomain": "${API:-localhost:3001}", "origin": "localhost:3000"}"#;
    let toml = "appName = 'Notes'\napiDomain = '${API:-localhost:3001}'\norigin = 'localhost:3000'";
    let script = "export default { appName: `Notes`, apiDomain: process.env.API ?? 'localhost:3001', \
                  origin: 'localhost:' + '3000' }";
    assert_eq!(yaml, read("a.json", json));
    assert_eq!(yaml, read("a.toml", toml));
    for extension in SCRIPTS {
        assert_eq!(yaml, read(&format!("a.{extension}"), script), "{extension}");
    }
}

#[test]
fn the_base_path_is_known_without_an_environment() {
    let base_path = |line: &str| {
        let text = format!("appName: N\napiDomain: localhost:1\norigin: localhost:2\n{line}");
        let (app_info, _) = parse(&SourceFile::new("a.yaml", &text).into()).expect("valid");
        app_info.default_api_base_path()
    };
    assert_eq!(base_path(""), "/auth");
    assert_eq!(base_path("apiBasePath: api/"), "/api");
    assert_eq!(base_path("apiBasePath: /"), "");
    assert_eq!(base_path("apiBasePath: ${BASE:-/x/}"), "/x");
    assert_eq!(base_path("apiBasePath: ${BASE:-}"), "/auth");
    assert_eq!(base_path("apiBasePath: ${BASE}"), "/auth");
}

/// A file that is cut off anywhere is reported like any other.
#[test]
fn no_beginning_of_a_file_is_too_much() {
    for file in sources("good").into_iter().chain(sources("bad")) {
        for (end, _) in file.text().char_indices() {
            let part = SourceFile::new(file.name(), &file.text()[..end]);
            let found =
                parse(&source(&part)).map_or_else(|errors| errors, |(_, warnings)| warnings);
            for diagnostic in found.iter() {
                for (span, _) in &diagnostic.labels {
                    assert!(
                        part.text().get(span.range.clone()).is_some(),
                        "{diagnostic:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn brackets_without_end_are_reported() {
    for extension in ["ts", "json", "toml", "yaml"] {
        let text = format!("a = {}", "[".repeat(100_000));
        let errors =
            parse(&SourceFile::new(format!("a.{extension}"), &text).into()).expect_err("broken");
        assert!(errors.has_errors(), "{extension}");
    }
}

#[test]
fn our_own_file_is_beyond_doubt() {
    let path = folder("../../spec/appInfo.yaml");
    let text = fs::read_to_string(path).expect("the file is there");
    let (app_info, warnings) =
        parse(&SourceFile::new("appInfo.yaml", &text).into()).expect("valid");
    assert!(warnings.is_empty(), "{}", warnings.render(false));
    assert_eq!(app_info.default_api_base_path(), "/auth");
}

#[test]
fn a_name_selects_one_of_several_objects() {
    let text = "export const shop = { appInfo: { appName: 'Shop', apiDomain: 'localhost:1', \
                websiteDomain: 'localhost:2' } };\n\
                const office = { ...shop.appInfo, appName: 'Office' };\n\
                export function make(name = 'Made') { return { ...office, appName: name }; }\n\
                export { office as main };\n\
                function init() { start({ appInfo: { ...office, appName: 'Started' } }); }\n\
                export const limit = 3;\n";
    let named = |name: &str| {
        let source = AppInfoSource {
            name: Some(name.to_owned()),
            ..SourceFile::new("a.ts", text).into()
        };
        parse(&source).map(|(app_info, _)| app_info.app_name)
    };
    let text = |text: &str| Ok(Setting::Text(text.to_owned()));
    assert_eq!(named("shop"), text("Shop"));
    assert_eq!(named("shop.appInfo"), text("Shop"));
    assert_eq!(named("office"), text("Office"));
    assert_eq!(named("main"), text("Office"));
    assert_eq!(named("make"), text("Made"));
    assert_eq!(named("init"), text("Started"));
    for wrong in ["limit", "other", "shop.other"] {
        assert!(named(wrong).expect_err("wrong").has_errors(), "{wrong}");
    }
}

/// Files that import one another, and a reading that never ends, are no trouble.
#[test]
fn circles_and_large_files_end() {
    let files = Files::new(|path| {
        let text = match path {
            "a.ts" => "import { b } from './b'; export const a = b; export const name = 'Notes';",
            "b.ts" => "import { a, name } from './a'; export const b = name; export const c = a;",
            _ => return None,
        };
        Some(SourceFile::new(path, text))
    });
    let read = |text: &str| {
        let file = SourceFile::new("appInfo.ts", text);
        let source = AppInfoSource {
            file,
            name: None,
            files,
        };
        parse(&source)
    };
    let (app_info, _) = read(
        "import { b, c } from './b';\nexport const appInfo = { appName: `${b} ${c}`, \
         apiDomain: 'localhost:1', websiteDomain: 'localhost:2' };",
    )
    .expect("valid");
    assert_eq!(app_info.app_name, Setting::Text("Notes Notes".to_owned()));

    let twice = "const f0 = (x) => x;\n".to_owned();
    let twice = (1..60).fold(twice, |text, index| {
        let before = index - 1;
        text + &format!("const f{index} = (x) => f{before}(f{before}(x));\n")
    });
    let choices = (0..2_000).fold(String::new(), |text, index| {
        text + &format!("if (process.env.V{index}) site = process.env.W{index} ?? site;\n")
    });
    let sum = "'a' + ".repeat(50_000);
    for text in [
        format!("{twice}export const appInfo = {{ appName: f59('a'), apiDomain: 'localhost' }};"),
        format!("let site = 'a';\n{choices}export const appInfo = {{ appName: site }};"),
        format!("export const appInfo = {{ appName: {sum}'a', apiDomain: 'localhost' }};"),
        format!(
            "export const appInfo = {{ appName: {}1 }};",
            "!".repeat(50_000)
        ),
        format!(
            "export const appInfo = {{ appName: a{} }};",
            ".b".repeat(50_000)
        ),
        format!("{}appInfo = {{}};", "if (a) ".repeat(50_000)),
    ] {
        assert!(read(&text).expect_err("too much").has_errors());
    }
}
