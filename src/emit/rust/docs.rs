//! Texts of the spec → doc comments without warnings of rustdoc and clippy.
//!
//! The spec's texts are CommonMark written for other tools. What rustdoc would take for a link to an
//! item, for HTML or for a test to compile is written so that it reads as the author meant it.

mod inline;

use proc_macro2::TokenStream;
use quote::quote;

use crate::name::printable;
use inline::escape;

/// Width of a line, comment marks included.
const LINE: usize = 100;
/// Width of docs in attributes: they may stand two levels deep.
const ATTRIBUTE: usize = LINE - "        /// ".len();

/// `#[doc = " line"]` for each line.
pub(super) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text, ATTRIBUTE).into_iter().map(|line| {
        let line = if line.is_empty() {
            line
        } else {
            format!(" {line}")
        };
        quote!(#[doc = #line])
    });
    quote!(#(#lines)*)
}

/// `// line` for each line, indented; ends with a line break unless it is empty.
pub(super) fn line_comment(indent: usize, text: &str) -> String {
    prefixed(&format!("{}//", " ".repeat(indent)), text)
}

/// `//! line` for each line; ends with a line break unless it is empty.
pub(super) fn module(text: &str) -> String {
    prefixed("//!", text)
}

fn prefixed(prefix: &str, text: &str) -> String {
    lines(text, LINE - prefix.len() - 1)
        .iter()
        .map(|line| {
            if line.is_empty() {
                format!("{prefix}\n")
            } else {
                format!("{prefix} {line}\n")
            }
        })
        .collect()
}

/// Docs that say that something is deprecated, where it is. An attribute would be a warning in the
/// generated code itself.
pub(super) fn with_deprecation(text: &str, deprecated: bool) -> String {
    match (text.trim(), deprecated) {
        (text, false) => text.to_owned(),
        ("", true) => "Deprecated.".to_owned(),
        (text, true) => format!("{text}\n\nDeprecated."),
    }
}

/// The first paragraph, on one line, not wrapped.
pub(super) fn summary(text: &str) -> String {
    let first: Vec<&str> = text
        .trim()
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    first.join(" ")
}

/// The text as lines of a doc comment.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    for block in blocks(&printable(text)) {
        if let Some(last) = out.last()
            && !String::is_empty(last)
            && !matches!(block, Block::Item { first: false, .. })
        {
            out.push(String::new());
        }
        match block {
            Block::Paragraph(text) => wrap(&escape(&text), "", width, &mut out),
            Block::Item { marker, text, .. } => wrap(&escape(&text), &marker, width, &mut out),
            Block::Verbatim(lines) => out.extend(lines),
        }
    }
    out
}

/// A piece of CommonMark, as far as it matters here.
enum Block {
    /// Text to be wrapped.
    Paragraph(String),
    /// An item of a list; `first` of its list.
    Item {
        marker: String,
        text: String,
        first: bool,
    },
    /// A fenced block or a table.
    Verbatim(Vec<String>),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false; // the last block goes on with the next line
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        // Indentation would mean code that rustdoc compiles.
        let line = &line.trim().replace('\t', " ");
        let goes_on = std::mem::take(&mut open);
        if line.is_empty() {
            continue;
        }
        if let Some(fence) = fence(line) {
            let end = |line: &&str| !line.trim().starts_with(fence);
            let body = lines.by_ref().take_while(end);
            let mut block = vec![format!("{fence}text")];
            block.extend(body.map(|line| line.trim_end().replace('\t', "    ")));
            block.push(fence.to_owned());
            blocks.push(Block::Verbatim(block));
        } else if line.starts_with('|') {
            let row = escape(line);
            match blocks.last_mut() {
                Some(Block::Verbatim(rows)) if goes_on => rows.push(row),
                _ => blocks.push(Block::Verbatim(vec![row])),
            }
            open = true;
        } else if let Some((marker, rest)) = item(line) {
            let first = !matches!(blocks.last(), Some(Block::Item { .. }));
            blocks.push(Block::Item {
                marker: marker.to_owned(),
                text: rest.to_owned(),
                first,
            });
            open = true;
        } else if line.starts_with('#') {
            blocks.push(Block::Paragraph(line.clone()));
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(text) | Block::Item { text, .. }) if goes_on => {
                    text.push(' ');
                    text.push_str(line);
                }
                _ => blocks.push(Block::Paragraph(line.clone())),
            }
            open = true;
        }
    }
    blocks
}

/// The fence of a fenced block.
fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"]
        .into_iter()
        .find(|fence| line.starts_with(fence))
}

/// Marker (with its blank) and text of a list item.
fn item(line: &str) -> Option<(&str, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match line.as_bytes().get(digits) {
        Some(b'.' | b')') if (1..=9).contains(&digits) => digits + 1,
        Some(b'-' | b'*' | b'+') if digits == 0 => 1,
        _ => return None,
    };
    let rest = line[marker..].strip_prefix(' ')?;
    Some((&line[..=marker], rest.trim_start()))
}

/// Wraps words; lines after the first are indented below the marker's text.
fn wrap(text: &str, marker: &str, width: usize, out: &mut Vec<String>) {
    let mut line = marker.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        // A word that would start a block must not stand at the start of a line.
        let starts_block = item(&format!("{word} ")).is_some() || word.starts_with(['#', '|', '=']);
        if !empty && line.chars().count() + 1 + word.chars().count() > width && !starts_block {
            out.push(std::mem::replace(&mut line, " ".repeat(marker.len())));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push(line.trim_end().to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> String {
        lines(input, 90).join("\n")
    }

    #[test]
    fn lists_stay_tidy() {
        assert_eq!(
            text("These:\n- one\nand more\n    - two\n\nEnd."),
            "These:\n\n- one and more\n- two\n\nEnd."
        );
    }

    #[test]
    fn code_is_never_compiled() {
        assert_eq!(text("    indented"), "indented");
        assert_eq!(text("```\nlet a;\n"), "```text\nlet a;\n```");
        assert_eq!(
            text("```rust\n  let a;\n```\nb"),
            "```text\n  let a;\n```\n\nb"
        );
    }

    #[test]
    fn long_lines_are_wrapped() {
        let lines = lines(&"word ".repeat(40), 90);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() <= 90));
    }

    #[test]
    fn the_summary_is_the_first_paragraph() {
        assert_eq!(summary("One\nline.\n\nMore."), "One line.");
    }
}
