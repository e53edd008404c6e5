//! Whatever stands in a description, reading it ends soon and in words, never in a panic.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use auth_gen::check_spec;
use auth_gen::source::SourceFile;

/// Text that means something to YAML, JSON or OpenAPI.
const TOKENS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    ",",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "|\n",
    ">\n",
    "? ",
    "<<: ",
    "---\n",
    "\t",
    "\r\n",
    "\n",
    "\u{2800}",
    "\u{feff}",
    "\u{85}",
    "é",
    "\0",
    "\\u",
    "~",
    "null",
    "$ref: ",
    "$ref: '#/components/schemas/'",
    "'#/components/'",
    "type: ",
    "allOf: ",
    "1e999",
    "-1",
    "[[[[[[[[",
    "\u{1F510}",
];

/// A linear congruential generator: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % (limit.max(1) as u64)).expect("the limit is a usize")
    }
}

fn mutated(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let at = text.floor_char_boundary(random.below(text.len() + 1));
        let end = text.ceil_char_boundary((at + random.below(40)).min(text.len()));
        match random.below(5) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, TOKENS[random.below(TOKENS.len())]),
            2 => text.replace_range(at..end, TOKENS[random.below(TOKENS.len())]),
            3 => {
                let piece = text[at..end].to_owned();
                let to = text.floor_char_boundary(random.below(text.len() + 1));
                text.insert_str(to, &piece);
            }
            _ => {
                // Values move to places where their kind is wrong.
                let lines: Vec<&str> = text.lines().collect();
                let (from, to) = (random.below(lines.len()), random.below(lines.len()));
                let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
                if let (Some(value), Some(line)) = (
                    lines
                        .get(from)
                        .and_then(|line| Some(line.split_once(": ")?.1.to_owned())),
                    lines.get_mut(to),
                ) && let Some((key, _)) = line.split_once(':')
                {
                    *line = format!("{key}: {value}");
                }
                text = lines.join("\n");
            }
        }
    }
    text
}

fn check(name: &str, text: &str) {
    let file = SourceFile::new(name, text);
    let started = Instant::now();
    let diagnostics = check_spec(&file);
    assert!(started.elapsed() < Duration::from_secs(30), "slow:\n{text}");
    for diagnostic in diagnostics.iter() {
        for (span, _) in &diagnostic.labels {
            assert!(span.file.text().get(span.range.clone()).is_some());
        }
    }
    let plain = diagnostics.render(false);
    assert!(
        !plain.contains('\u{1b}'),
        "escapes of the file reach the terminal:\n{plain}"
    );
    diagnostics.render(true);
    diagnostics.to_json();
}

#[test]
fn no_description_makes_the_reader_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rounds = std::env::var("MUTATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(20);
    let mut seeds = vec![root.join("spec/auth.yaml")];
    let folder = fs::read_dir(root.join("tests/diagnostics")).expect("the folder is there");
    let mut fixtures: Vec<_> = folder
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    fixtures.retain(|path| {
        path.extension()
            .is_some_and(|end| end == "yaml" || end == "json")
    });
    fixtures.sort();
    seeds.extend(fixtures);
    let mut random = Random(1);
    for seed in seeds {
        let text = fs::read_to_string(&seed).expect("a seed is UTF-8");
        let name = seed
            .file_name()
            .expect("a seed has a name")
            .to_string_lossy()
            .into_owned();
        for _ in 0..rounds {
            check(&name, &mutated(&text, &mut random));
        }
    }
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let deep_flow = format!("openapi: 3.0.3\nx: {}", "[".repeat(100_000));
    let deep_block: String = (0..3_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let quotes = "\"".repeat(50_000);
    let keys: String = (0..20_000).map(|key| format!("k{key}: 1\n")).collect();
    let chain: String = (0..20_000)
        .map(|link| {
            format!(
                "    S{link}: {{ $ref: '#/components/schemas/S{}' }}\n",
                link + 1
            )
        })
        .collect();
    let chain = format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\ncomponents:\n  schemas:\n{chain}"
    );
    for text in [deep_flow, deep_block, quotes, keys, chain] {
        check("hostile.yaml", &text);
        check("hostile.json", &text);
    }
}
