//! Two hundred random small specs: each is accepted, and the output can be parsed.
//!
//! Whether it compiles is asked of real specs elsewhere; here it is only parsed, which takes a
//! second and finds most slips of names, nesting and punctuation.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::thread;

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};

const SPECS: u64 = 200;

const APP_INFO: &str = "\
appName: Random
apiDomain: http://localhost:3001
websiteDomain: http://localhost:3000
";

/// Names that are keywords, clash in another case, or are no identifiers at all.
const NAMES: [&str; 16] = [
    "id", "type", "self", "userId", "user_id", "user-id", "Result", "class", "2fa", "größe", "x.y",
    "status", "ok", "Option", "default", "async",
];

/// A linear congruential generator: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn name(&mut self) -> &'static str {
        NAMES[usize::try_from(self.below(16)).expect("it is small")]
    }

    /// A schema, in one line of flow YAML.
    fn schema(&mut self, depth: u64) -> String {
        let nullable = if self.below(5) == 0 {
            ", nullable: true"
        } else {
            ""
        };
        match self.below(if depth == 0 { 5 } else { 9 }) {
            0 => format!("{{ type: string{nullable} }}"),
            1 => format!("{{ type: integer, format: int64{nullable} }}"),
            2 => format!(
                "{{ type: boolean, description: 'Ends with */ and \\ and `x`.'{nullable} }}"
            ),
            3 => "{ type: string, enum: [a, B, 'c d', type, '1'] }".to_owned(),
            4 => format!("{{ $ref: '#/components/schemas/S{}' }}", self.below(3)),
            5 => format!(
                "{{ type: array, items: {}{nullable} }}",
                self.schema(depth - 1)
            ),
            6 => format!(
                "{{ type: object, additionalProperties: {} }}",
                self.schema(depth - 1)
            ),
            7 => format!(
                "{{ oneOf: [{{ type: object, required: [kind, a], properties: {{ kind: {{ type: string, enum: [one] }}, a: {} }} }}, \
                 {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [two] }} }} }}] }}",
                self.schema(depth - 1)
            ),
            _ => self.object(depth),
        }
    }

    fn object(&mut self, depth: u64) -> String {
        let names: BTreeSet<&str> = (0..=self.below(3)).map(|_| self.name()).collect();
        let mut properties = Vec::new();
        let mut required = Vec::new();
        for name in names {
            if self.below(2) == 0 {
                required.push(format!("'{name}'"));
            }
            properties.push(format!(
                "'{name}': {}",
                self.schema(depth.saturating_sub(1))
            ));
        }
        let required = match required.len() {
            0 => String::new(),
            _ => format!("required: [{}], ", required.join(", ")),
        };
        format!(
            "{{ type: object, {required}properties: {{ {} }} }}",
            properties.join(", ")
        )
    }

    fn spec(&mut self) -> String {
        let mut text = "openapi: 3.0.3\ninfo: { title: Random, version: '1' }\npaths:\n".to_owned();
        for number in 0..=self.below(2) {
            let with_param = self.below(2) == 0;
            let path = if with_param { "/{key}" } else { "" };
            let (method, has_body) = [
                ("get", false),
                ("post", true),
                ("put", true),
                ("delete", false),
            ][usize::try_from(self.below(4)).expect("it is small")];
            let name = self.name();
            let _ = write!(
                text,
                "  /{{apiBasePath}}/things{number}{path}:\n    {method}:\n      operationId: '{name}{number}'\n"
            );
            text.push_str("      parameters:\n");
            text.push_str("        - { name: apiBasePath, in: path, required: true, schema: { type: string } }\n");
            if with_param {
                text.push_str("        - { name: key, in: path, required: true, schema: { type: integer } }\n");
            }
            if self.below(2) == 0 {
                let _ = writeln!(
                    text,
                    "        - {{ name: '{}', in: query, schema: {{ type: string }} }}",
                    self.name()
                );
            }
            if has_body {
                let _ = writeln!(
                    text,
                    "      requestBody: {{ required: true, content: {{ application/json: {{ schema: {} }} }} }}",
                    self.object(1)
                );
            }
            text.push_str("      responses:\n");
            let _ = writeln!(
                text,
                "        '200': {{ description: Fine., content: {{ application/json: {{ schema: {} }} }} }}",
                self.object(1)
            );
            if self.below(2) == 0 {
                text.push_str("        '404': { description: Nothing. }\n");
            }
        }
        text.push_str("components:\n  schemas:\n");
        for number in 0..3 {
            // They may use each other and themselves, through a property.
            let _ = writeln!(text, "    S{number}: {}", self.object(2));
        }
        text
    }
}

/// Brackets outside of texts and comments, each closed by its own kind.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\'' | '`' => loop {
                match rest.next() {
                    Some('\\') => drop(rest.next()),
                    Some(end) if end == c => break,
                    Some(_) => {}
                    None => return false,
                }
            },
            '/' if rest.peek() == Some(&'/') => drop(rest.by_ref().find(|c| *c == '\n')),
            '/' if rest.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in rest.by_ref().skip(1) {
                    if (last, c) == ('*', '/') {
                        break;
                    }
                    last = c;
                }
            }
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let wanted = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if open.pop() != Some(wanted) {
                    return false;
                }
            }
            _ => {}
        }
    }
    open.is_empty()
}

/// The names that a file declares at its top level.
fn declared(file: &syn::File) -> Vec<String> {
    let items = file.items.iter().filter_map(|item| match item {
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Type(item) => Some(&item.ident),
        syn::Item::Trait(item) => Some(&item.ident),
        _ => None,
    });
    items.map(ToString::to_string).collect()
}

fn check(path: &str, text: &str) -> Result<(), String> {
    if path.ends_with(".rs") {
        let file = syn::parse_file(text).map_err(|error| format!("{path}: {error}"))?;
        let mut seen = BTreeSet::new();
        for name in declared(&file) {
            if !seen.insert(name.clone()) {
                return Err(format!("{path} declares `{name}` twice"));
            }
        }
        for item in &file.items {
            if let syn::Item::Struct(item) = item {
                let mut seen = BTreeSet::new();
                for field in &item.fields {
                    let name = field.ident.as_ref().map(ToString::to_string);
                    if !seen.insert(name.clone()) {
                        return Err(format!("{path}: `{}` has {name:?} twice", item.ident));
                    }
                }
            }
        }
    } else {
        if !is_balanced(text) {
            return Err(format!("{path}: brackets do not match"));
        }
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split([' ', '(', '<', '=']).collect();
            if let ["export", "interface" | "type" | "function", name, ..] = words[..]
                && name != "{"
                && !seen.insert(name)
            {
                return Err(format!("{path} declares `{name}` twice"));
            }
        }
    }
    if text.lines().any(|line| line.ends_with(' ')) || !text.ends_with('\n') {
        return Err(format!(
            "{path}: blanks at the end of a line, or no line break at the end"
        ));
    }
    Ok(())
}

fn try_seed(seed: u64) {
    let spec = Random(seed).spec();
    let inputs = Inputs {
        spec: SourceFile::new("api.yaml", &spec),
        app_info: SourceFile::new("appInfo.yaml", APP_INFO).into(),
        settings: Settings::default(),
    };
    let generated = match generate(&inputs) {
        Ok(generated) => generated,
        Err(found) => panic!("seed {seed} is refused:\n{}\n{spec}", found.render(false)),
    };
    for (path, text) in generated.tree.iter() {
        let is_ours = path.starts_with("server/src/api/")
            || ["client/js/types.d.ts", "client/js/operations.js"].contains(&path);
        if is_ours && let Err(problem) = check(path, text) {
            panic!("seed {seed}: {problem}\n{spec}\n{text}");
        }
    }
}

#[test]
fn random_specs_give_files_that_can_be_read() {
    const THREADS: u64 = 4;
    thread::scope(|scope| {
        for first in 0..THREADS {
            scope.spawn(move || (first..SPECS).step_by(4).for_each(try_seed));
        }
    });
}
