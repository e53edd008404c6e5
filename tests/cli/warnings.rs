//! Warnings: one screen, allowed ones, denied ones.

use std::fs;

use super::{auth_gen, project, text, transcript};

/// A description with as many warnings as a published one.
const DOUBTFUL: &str = "openapi: 3.0.3
info: { title: Doors, version: 1.0.0 }
paths:
  /doors:
    get:
      operationId: listDoors
      parameters:
        - { name: theme, in: cookie, schema: { type: string } }
        - { name: size, in: query, schema: { type: integer, not: { enum: [0] } } }
      responses:
        '200':
          description: The doors.
          headers: { x-total: { schema: { type: integer } } }
          content:
            application/json:
              schema:
                type: object
                required: [doors]
                nonsense: true
                properties:
                  page: { type: integer, not: { enum: [9] } }
    trace:
      operationId: traceDoors
      responses: { '204': { description: Traced. } }
";

#[test]
fn many_warnings_are_one_screen() {
    let folder = project();
    fs::write(folder.path().join("doors.yaml"), DOUBTFUL).expect("writable");
    let run = |arguments: &[&str]| {
        let output = auth_gen(folder.path(), arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let short = run(&["routes", "--spec", "doors.yaml"]);
    insta::assert_snapshot!(short);
    let long = run(&["routes", "--spec", "doors.yaml", "--verbose"]);
    for line in short.lines().filter(|line| line.starts_with("warning[")) {
        assert!(long.contains(line), "{line}");
    }
    assert!(long.contains(" = help: "), "{long}");
}

#[test]
fn warnings_are_allowed_by_name_and_denied() {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("doors.yaml"), DOUBTFUL).expect("writable");
    let settings = fs::read_to_string(path("auth-gen.toml")).expect("it was written");
    let allow = |codes: &str, deny: bool| {
        let levels = format!("\n[warnings]\nallow = [{codes}]\ndeny = {deny}\n");
        fs::write(path("auth-gen.toml"), settings.clone() + &levels).expect("writable");
    };
    let arguments = ["generate", "--spec", "doors.yaml", "--deny", "warnings"];

    let output = auth_gen(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.contains("error[cookie-parameter]"), "{told}");
    assert!(!path("auth").exists());

    allow("\"cookie-parameter\", \"unsendable-method\"", true);
    let output = auth_gen(folder.path(), &["generate", "--spec", "doors.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(!told.contains("cookie-parameter"), "{told}");
    assert!(told.contains("error[unchecked-condition]"), "{told}");

    allow(
        "\"cookie-parameter\", \"unsendable-method\", \"unchecked-condition\", \
         \"required-without-property\", \"untyped-answer-headers\", \"unknown-field\"",
        true,
    );
    let output = auth_gen(folder.path(), &arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");

    allow("\"cookie-paramter\"", false);
    let told = transcript(folder.path(), &["check"]);
    assert!(told.contains("did you mean `cookie-parameter`?"), "{told}");
}

/// The settings allow warnings about appInfo for the command that shows it, too.
#[test]
fn warnings_about_app_info_are_allowed_by_name() {
    let folder = project();
    let path = |name: &str| folder.path().join(name);
    let app_info = fs::read_to_string(path("appInfo.yaml")).expect("it was written");
    fs::write(path("appInfo.yaml"), app_info + "\ncolour: red\n").expect("writable");
    let run = || text(&auth_gen(folder.path(), &["app-info"]).stderr);
    assert!(
        run().contains("warning[app-info-unknown-field]"),
        "{}",
        run()
    );
    let settings = fs::read_to_string(path("auth-gen.toml")).expect("it was written");
    let levels = "\n[warnings]\nallow = [\"app-info-unknown-field\"]\n";
    fs::write(path("auth-gen.toml"), settings + levels).expect("writable");
    assert_eq!(run(), "");
}
