//! Doc comments out of text that strangers wrote: nothing in it can end the comment.

/// A doc comment that ends with a line break, or nothing where there is nothing to say.
pub(super) fn comment(text: &str, indent: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    if !text.contains('\n') {
        return format!("{indent}/** {} */\n", harmless(text));
    }
    format!("{indent}/**\n{}\n{indent} */\n", lines(text, indent))
}

/// The lines between `/**` and ` */`.
pub(super) fn lines(text: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim().lines() {
        let line = harmless(line.trim_end());
        let empty = line.trim().is_empty();
        if empty && lines.last().is_some_and(|last| last.ends_with('*')) {
            continue;
        }
        lines.push(if empty {
            format!("{indent} *")
        } else {
            format!("{indent} * {line}")
        });
    }
    lines.join("\n")
}

/// The first sentence or line, for one-line summaries.
pub(super) fn summary(text: &str) -> &str {
    text.trim().lines().next().unwrap_or("").trim()
}

/// Ends no comment, and holds no character that an editor hides or that ends a line.
fn harmless(line: &str) -> String {
    line.replace("*/", "*\\/")
        .chars()
        .map(|character| match character {
            '\u{2028}' | '\u{2029}' | '\u{2800}' => ' ',
            other if other.is_control() => ' ',
            other => other,
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_cannot_end_the_comment() {
        assert_eq!(comment("a */ b", ""), "/** a *\\/ b */\n");
        assert_eq!(
            comment("a\n\n\n*/\u{2028}b", "  "),
            "  /**\n   * a\n   *\n   * *\\/ b\n   */\n"
        );
        assert_eq!(comment(" \n ", ""), "");
    }
}
