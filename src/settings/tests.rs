//! What is read of `auth-gen.toml`, and what is refused.

use super::*;

fn read(text: &str) -> Result<Project, Vec<(String, String, String)>> {
    let source = SourceFile::new("auth-gen.toml", text);
    parse(&source).map_err(|diagnostics| {
        diagnostics
            .iter()
            .map(|one| {
                let label = one.labels[0].0.text().to_owned();
                (one.title.clone(), label, one.help.clone())
            })
            .collect()
    })
}

#[test]
fn everything_has_a_default() {
    assert_eq!(read(""), Ok(Project::default()));
}

#[test]
fn every_key_is_read() {
    let project = read(
        "spec = \"a.yaml\"\napp_info = \"b.ts\"\nout = \"gen\"\n[server]\npackage = \"acme-auth\"\n\
         standalone_workspace = false\ncheck_constraints = false\nblock_common_passwords = true\napp_id = \"shop\"\n[client]\npackage = \"@acme/auth\"\n[nextjs]\nout = \"web\"\n\
         router = \"pages\"\nruntime = \"nodejs\"\nsession = true\n",
    )
    .expect("all keys are known");
    assert_eq!(project.out.as_deref(), Some("gen"));
    assert_eq!(project.settings.server_package, "acme-auth");
    assert_eq!(project.settings.client_package, "@acme/auth");
    assert!(!project.settings.standalone_workspace);
    assert!(!project.settings.check_constraints);
    assert!(project.settings.block_common_passwords);
    assert_eq!(project.settings.app_id.as_deref(), Some("shop"));
    assert_eq!(project.nextjs_out.as_deref(), Some("web"));
    let nextjs = Nextjs {
        router: Router::Pages,
        runtime: Runtime::Nodejs,
        session: true,
    };
    assert_eq!(project.settings.nextjs, Some(nextjs));
}

#[test]
fn the_bare_table_asks_for_the_route_of_the_app_router() {
    let project = read("[nextjs]\n").expect("all keys have defaults");
    assert_eq!(project.settings.nextjs, Some(Nextjs::default()));
    assert_eq!(read("").map(|project| project.settings.nextjs), Ok(None));
}

#[test]
fn all_problems_are_reported_at_once_with_their_places() {
    let problems = read("appInfo = \"b.ts\"\nspec = 1\n[server]\npackge = \"x\"\ncolour = 2\nout = \"c\"\n[client]\npackage = \"A b\"\napp_id = \"d\"\n[nextjs]\nrouter = \"both\"\n")
        .expect_err("eight problems");
    let problems: Vec<_> = problems
        .iter()
        .map(|(title, label, help)| format!("{title} | {label} | {help}"))
        .collect();
    insta::assert_snapshot!(problems.join("\n"), @r#"
unknown setting `appInfo` | appInfo | did you mean `app_info`?
expected a string, found integer | 1 | put the value between quotation marks
unknown setting `packge` in `[server]` | packge | did you mean `package`?
unknown setting `colour` in `[server]` | colour | known here: `package`, `standalone_workspace`, `app_id`, `block_common_passwords`, `features`, `check_constraints`
unknown setting `out` in `[server]` | out | it belongs above the first table
`A b` is no package name that npm takes | "A b" | use lower-case letters, digits and `-`, and begin with a letter
unknown setting `app_id` in `[client]` | app_id | it belongs under `[server]`
`both` is not known here | "both" | known here: `app`, `pages`
"#);
}

#[test]
fn an_app_id_that_cannot_name_a_cookie_is_refused() {
    let problems = read("[server]\napp_id = \"a;b\"\n").expect_err("no id");
    assert_eq!(problems[0].0, "`a;b` is no id of an app");
}

#[test]
fn broken_toml_has_a_place() {
    let problems = read("spec = \"a\nout = 1").expect_err("the string has no end");
    assert_eq!(problems[0].0, "this is not valid TOML");
}
