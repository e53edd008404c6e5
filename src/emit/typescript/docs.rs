//! Doc comments from the texts of the spec, which may be hostile: nothing in them can end the comment.

use crate::name::printable;

/// The widest line of a comment.
const WIDTH: usize = 100;

/// A doc comment that ends with a line break, or nothing where there is nothing to say.
pub(super) fn comment(text: &str, indent: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let line = format!("{indent}/** {} */", harmless(text));
    if !text.contains('\n') && line.chars().count() <= WIDTH {
        return line + "\n";
    }
    format!("{indent}/**\n{}\n{indent} */\n", lines(text, indent))
}

/// The lines between `/**` and ` */`.
pub(super) fn lines(text: &str, indent: &str) -> String {
    let start = format!("{indent} *");
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim().lines() {
        let line = harmless(line.trim_end());
        if line.trim().is_empty() {
            if lines.last().is_some_and(|last| *last != start) {
                lines.push(start.clone());
            }
            continue;
        }
        wrap(&line, &start, &mut lines);
    }
    lines.join("\n")
}

/// Breaks a long line between words; what follows an item's first line stands below its text.
fn wrap(text: &str, start: &str, lines: &mut Vec<String>) {
    let hanging = if text.starts_with("- ") { "   " } else { " " };
    let mut line = format!("{start} ");
    let mut is_new = true;
    for word in text.split(' ') {
        let width = line.chars().count() + 1 + word.chars().count();
        // An `@` at the start of a line would be a tag.
        if !is_new && width > WIDTH && !word.starts_with('@') {
            let next = format!("{start}{hanging}");
            lines.push(std::mem::replace(&mut line, next));
            is_new = true;
        }
        if !is_new {
            line.push(' ');
        }
        line.push_str(word);
        is_new = false;
    }
    lines.push(line.trim_end().to_owned());
}

/// The first paragraph, on one line.
pub(super) fn summary(text: &str) -> String {
    let lines = text.trim().lines().map(str::trim);
    let first: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    first.join(" ")
}

/// Ends no comment, and holds no character that an editor hides or that ends a line.
fn harmless(line: &str) -> String {
    printable(line)
        .replace("*/", "*\\/")
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

    #[test]
    fn a_summary_is_the_first_paragraph() {
        assert_eq!(summary("One\nline.\n\nMore."), "One line.");
    }

    #[test]
    fn a_literal_shows_what_changes_the_direction() {
        let literal = crate::emit::typescript::string("\u{2067}he\u{2069}");
        assert_eq!(literal, r#""\u2067he\u2069""#);
    }

    #[test]
    fn long_lines_are_wrapped() {
        let text = comment(&format!("- {}end", "word ".repeat(30)), "  ");
        assert!(text.starts_with("  /**\n   * - word word"), "{text}");
        assert!(
            text.ends_with(
                "\n   *   word word word word word word word word word word word word end\n   */\n"
            ),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }
}
