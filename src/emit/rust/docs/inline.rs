//! Inside a paragraph: code spans, links, and what only looks like them.

/// Escapes what rustdoc would take for a link or for HTML, outside of code.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '`' {
            code(rest, &mut out)
        } else if rest.starts_with("https://") || rest.starts_with("http://") {
            address(rest, &mut out)
        } else if first == '[' {
            link(rest, &mut out)
        } else if first == '\\' {
            out.push('\\');
            let escaped = rest[1..].chars().next();
            if let Some(escaped) = escaped {
                out.push(escaped);
            }
            1 + escaped.map_or(0, char::len_utf8)
        } else {
            if matches!(first, '<' | '>' | ']') {
                out.push('\\');
            }
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// Copies a code span; a backtick that nothing closes is escaped.
fn code(rest: &str, out: &mut String) -> usize {
    let ticks = rest.bytes().take_while(|byte| *byte == b'`').count();
    let mut from = ticks;
    while let Some(start) = rest[from..].find('`') {
        let start = from + start;
        let run = rest[start..]
            .bytes()
            .take_while(|byte| *byte == b'`')
            .count();
        if run == ticks {
            out.push_str(&rest[..start + run]);
            return start + run;
        }
        from = start + run;
    }
    out.push_str(&"\\`".repeat(ticks));
    ticks
}

/// Puts a bare address into angle brackets.
fn address(rest: &str, out: &mut String) -> usize {
    let end = rest
        .find(|character: char| character.is_whitespace() || "<>()[]`\"'".contains(character))
        .unwrap_or(rest.len());
    let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
    // `<https://…>` is already as it should be: its brackets were escaped or are dropped here.
    let bracketed = out.ends_with("\\<") && rest[address.len()..].starts_with('>');
    if bracketed {
        out.truncate(out.len() - 2);
    }
    out.push('<');
    out.push_str(address);
    out.push('>');
    address.len() + usize::from(bracketed)
}

/// Keeps `[text](https://…)`; any other bracket is escaped.
fn link(rest: &str, out: &mut String) -> usize {
    let parts = rest[1..].split_once("](").and_then(|(text, after)| {
        let (target, _) = after.split_once(')')?;
        let plain = !text.contains(['[', ']', '`', '<', '>']);
        let web = target.starts_with("https://") || target.starts_with("http://");
        (plain && web && !target.contains(char::is_whitespace)).then_some((text, target))
    });
    match parts {
        // rustdoc calls a link whose text is its target redundant.
        Some((text, target)) if text == target => {
            out.push_str(&format!("<{target}>"));
            text.len() + target.len() + 4
        }
        Some((text, target)) => {
            out.push_str(&format!("[{text}]({target})"));
            text.len() + target.len() + 4
        }
        None => {
            out.push_str("\\[");
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_escaped_outside_of_code() {
        assert_eq!(
            escape("A list [a], a <tag>, `[b]` and ``<c>``."),
            r"A list \[a\], a \<tag\>, `[b]` and ``<c>``."
        );
        assert_eq!(escape("one ` tick and <tag>"), r"one \` tick and \<tag\>");
        assert_eq!(escape(r"done \[already\]"), r"done \[already\]");
    }

    #[test]
    fn addresses_become_links() {
        assert_eq!(
            escape("See https://a.example/b."),
            "See <https://a.example/b>."
        );
        assert_eq!(
            escape("See <https://a.example>."),
            "See <https://a.example>."
        );
        assert_eq!(
            escape("See [b](https://a.example)."),
            "See [b](https://a.example)."
        );
        assert_eq!(escape("See [b](Thing)."), r"See \[b\](Thing).");
    }
}
