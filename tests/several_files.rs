//! A description in several files: `$ref`s to other files of the project, through the real program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const APP_INFO: &str = "\
appName: Doors
apiDomain: http://localhost:3001
websiteDomain: http://localhost:3000
";

const MAIN: &str = "\
openapi: 3.1.0
info: { title: Doors, version: '1' }
paths:
  /auth/doors: { $ref: './paths/doors.yaml' }
  /auth/keys:
    get:
      operationId: getKeys
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { $ref: 'schemas/all.yaml#/Key' } } }
";

const DOORS: &str = "\
get:
  operationId: getDoors
  responses:
    '200':
      description: ok
      content: { application/json: { schema: { $ref: '../schemas/all.yaml#/Door' } } }
";

const SCHEMAS: &str = "\
Door: { type: object, required: [keys], properties: { keys: { type: array, items: { $ref: '#/Key' } }, of: { $ref: '../main.yaml#/info' } } }
Key: { type: object, properties: { door: { $ref: '#/Door' }, teeth: { type: integer } } }
";

/// A project: the main file in `api/`, others beside it.
fn project(schemas: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("api/main.yaml", MAIN);
    write("api/paths/doors.yaml", DOORS);
    write("api/schemas/all.yaml", schemas);
    write("app.yaml", APP_INFO);
    folder
}

fn generate(folder: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_auth-gen"))
        .args([
            "generate",
            "--spec",
            "api/main.yaml",
            "--app-info",
            "app.yaml",
            "--out",
            "out",
        ])
        .args(more)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn references_to_other_files_are_followed() {
    let schemas = SCHEMAS.replace(", of: { $ref: '../main.yaml#/info' }", "");
    let folder = project(&schemas);
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).expect("it is there");
    let types = read("out/client/js/types.d.ts");
    assert!(types.contains("keys: Key[];"), "{types}");
    assert!(types.contains("door?: Door;"), "{types}");
    assert_eq!(read("out/server/schemas/all.yaml"), schemas);
}

#[test]
fn what_another_file_marks_for_requests_or_answers_counts() {
    let folder = project(
        "Door: { type: object, required: [keys], properties: { keys: { type: array, items: { $ref: '#/Key' } } } }
Key: { type: object, required: [id, pin], properties: { id: { type: string, readOnly: true }, pin: { $ref: '#/Pin' }, teeth: { type: integer } } }
Pin: { type: string, writeOnly: true }
",
    );
    let main = MAIN.replace(
        "      operationId: getKeys\n",
        "      operationId: getKeys\n      requestBody: { content: { application/json: { schema: { $ref: 'schemas/all.yaml#/Door' } } } }\n",
    );
    let main = main.replace("    get:\n", "    put:\n");
    fs::write(folder.path().join("api/main.yaml"), main).expect("a file");
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let types = fs::read_to_string(folder.path().join("out/client/js/types.d.ts"));
    let types = types.expect("it is there");
    for expected in [
        "export interface DoorRequest {\n  keys: KeyRequest[];\n}",
        "export interface KeyRequest {\n  pin: string;\n  teeth?: number | undefined;\n}",
        "export type GetDoorsResponse = { keys: Key[] };",
        "export interface Key {\n  id: string;\n  teeth?: number;\n}",
    ] {
        assert!(types.contains(expected), "{expected}\n{types}");
    }
}

#[test]
fn a_mistake_is_shown_in_its_file() {
    let folder = project(
        &SCHEMAS
            .replace("integer", "intger")
            .replace("{ $ref: '../main.yaml#/info' }", "{ $ref: '#/Nowhere' }"),
    );
    let output = generate(folder.path(), &[]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("api/schemas/all.yaml:2:"), "{text}");
    assert!(text.contains("unknown schema type `intger`"), "{text}");
    assert!(
        text.contains("`$ref` to `#/Nowhere` leads nowhere"),
        "{text}"
    );
}

#[test]
fn files_outside_of_the_project_are_read_with_a_flag_only() {
    let outer = project("");
    let inner = outer.path().join("inner");
    let schema = "Door: { type: object, properties: { a: { type: string } } }\n";
    fs::create_dir_all(inner.join("api")).expect("a folder");
    fs::write(outer.path().join("secret.yaml"), schema).expect("a file");
    fs::write(inner.join("app.yaml"), APP_INFO).expect("a file");
    let main = "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /auth/a:
    get:
      operationId: a
      responses: { '200': { description: d, content: { application/json: { schema: { $ref: '../../secret.yaml#/Door' } } } } }
";
    fs::write(inner.join("api/main.yaml"), main).expect("a file");
    let output = generate(&inner, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("error[external-ref]"),
        "{}",
        stderr(&output)
    );
    let output = generate(&inner, &["--ref-root", ".."]);
    assert!(output.status.success(), "{}", stderr(&output));
}
