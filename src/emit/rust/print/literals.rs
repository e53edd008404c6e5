//! Struct literals and patterns of an `impl` on one line where they fit, as rustfmt lays them out and prettyplease
//! does not: conversions are much of what people read of a generated server.

/// The longest line.
const WIDTH: usize = 100;

/// Text of an `impl` as prettyplease prints it, with fewer lines.
pub(super) fn joined(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the inside out: what is joined may stand in something that then fits.
    for start in (0..lines.len()).rev() {
        if let Some((line, end)) = literal(&lines, start) {
            lines.splice(start..=end, [line]);
        }
        if let Some(line) = arm(&lines, start) {
            lines.splice(start..start + 3, [line]);
        }
    }
    lines.join("\n")
}

/// The literal or pattern that begins in a line, as one line, and its last line.
fn literal(lines: &[String], start: usize) -> Option<(String, usize)> {
    let first = &lines[start];
    let name = first.trim_start().strip_suffix(" {")?;
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == ':' || c == '_';
    let begins = name.starts_with("Self") || name.starts_with("Outcome::");
    if !begins || !name.chars().all(is_path) {
        return None;
    }
    let indent = &first[..first.len() - first.trim_start().len()];
    let rest = lines.iter().skip(start + 1);
    let inside: Vec<&str> = rest
        .take_while(|line| !line.starts_with(&format!("{indent}}}")))
        .map(|line| line.trim())
        .collect();
    let is_field = |line: &&str| line.ends_with(',') || *line == "..";
    if !inside.iter().all(is_field) {
        return None;
    }
    let end = start + 1 + inside.len();
    let fields = inside.join(" ");
    let fields = fields.trim_end_matches(',');
    let line = format!("{first} {fields} {}", lines.get(end)?.trim());
    (line.len() <= WIDTH).then_some((line, end))
}

/// The arm of a `match` that begins in a line, if its block is one line.
fn arm(lines: &[String], start: usize) -> Option<String> {
    let [first, body, end] = lines.get(start..start + 3)? else {
        return None;
    };
    let head = first.strip_suffix("=> {")?;
    if end.trim() != "}" || body.ends_with([';', '{']) {
        return None;
    }
    let line = format!("{head}=> {},", body.trim());
    (line.len() <= WIDTH).then_some(line)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::super::item;

    #[test]
    fn literals_patterns_and_arms_stand_on_one_line_where_they_fit() {
        let text = item(quote! {
            impl From<recipes::SignIn> for SignInResponse {
                fn from(outcome: recipes::SignIn) -> Self {
                    match outcome {
                        Outcome::Ok { user, is_new, more_of_it } => {
                            Self::Ok { user: user.into(), is_new, more_of_it: more_of_it.into() }
                        }
                        Outcome::Other { .. } => Self::Other { a: f(|x| { g(); x }) },
                    }
                }
            }
        });
        assert!(
            text.contains("        Outcome::Ok { user, is_new, more_of_it } => {\n"),
            "{text}"
        );
        assert!(
            text.contains(
                "  Self::Ok { user: user.into(), is_new, more_of_it: more_of_it.into() }\n"
            ),
            "{text}"
        );
        assert!(text.contains("g();\n"), "{text}");
    }

    #[test]
    fn a_literal_that_is_too_long_has_a_line_for_each_field() {
        let text = item(quote! {
            impl A {
                fn a() -> Self {
                    Self {
                        first_of_several_fields: first_of_several_fields.into_iter().collect(),
                        second_of_several_fields: second.into(),
                    }
                }
            }
        });
        assert!(text.contains("        Self {\n"), "{text}");
    }
}
