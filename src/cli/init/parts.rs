//! Parts of a description that a project may begin with, beside what every project gets.

use clap::ValueEnum;

/// A part of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    // Authenticator apps.
    SecondFactors,
}

impl Part {
    /// Its file.
    fn text(self) -> &'static str {
        match self {
            Self::SecondFactors => include_str!("../../../spec/second-factors.yaml"),
        }
    }
}

/// Where the tags, the paths and the schemas of a description end.
const SEAMS: [&str; 3] = [
    "\n\npaths:\n",
    "\n\ncomponents:\n",
    "\n\n  securitySchemes:\n",
];

/// A description with parts: their tags, paths and schemas stand behind those that it has.
pub(super) fn with_parts(spec: &str, parts: &[Part]) -> String {
    let mut text = spec.to_owned();
    for part in parts {
        for ((seam, lines), between) in SEAMS
            .into_iter()
            .zip(sections(*part))
            .zip(["\n", "\n\n", "\n"])
        {
            text = text.replacen(seam, &format!("{between}{lines}{seam}"), 1);
        }
    }
    text
}

/// The tags, the paths and the schemas of a part.
fn sections(part: Part) -> [&'static str; 3] {
    let (_, text) = cut(part.text(), "tags:\n");
    let (tags, text) = cut(text, SEAMS[0]);
    let (paths, text) = cut(text, SEAMS[1]);
    let (_, schemas) = cut(text, "  schemas:\n");
    [tags, paths, schemas.trim_end()]
}

fn cut(text: &'static str, seam: &str) -> (&'static str, &'static str) {
    text.split_once(seam).expect("a part has these sections")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_adds_its_tags_paths_and_schemas() {
        let spec = include_str!("../../../spec/auth.yaml");
        let read = |text: &str| -> serde_json::Value { serde_yaml::from_str(text).expect("YAML") };
        assert_eq!(with_parts(spec, &[]), spec);
        for part in Part::value_variants() {
            let (before, own) = (read(spec), read(part.text()));
            let with = read(&with_parts(spec, &[*part]));
            for place in ["/paths", "/components/schemas"] {
                let map = |of: &serde_json::Value| of.pointer(place).cloned().expect(place);
                let mut expected = map(&before).as_object().expect(place).clone();
                let count = expected.len();
                let own = map(&own).as_object().expect(place).clone();
                assert!(!own.is_empty(), "{place}");
                expected.extend(own.clone());
                assert_eq!(
                    expected.len(),
                    count + own.len(),
                    "{place}: a name is taken"
                );
                assert_eq!(map(&with), serde_json::Value::Object(expected), "{place}");
            }
            let count = |of: &serde_json::Value| of["tags"].as_array().expect("tags").len();
            assert_eq!(count(&with), count(&before) + count(&own));
            assert_eq!(
                with["components"]["securitySchemes"],
                before["components"]["securitySchemes"]
            );
        }
    }
}
