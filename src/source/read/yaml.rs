//! Reads YAML through the events of saphyr-parser.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::Value;

use super::tree::Builder;
use super::{Fault, scalar, span};
use crate::source::SourceFile;
use crate::source::spans::SpanMap;

/// Reads a YAML file.
pub(super) fn read(file: &SourceFile) -> Result<(Value, SpanMap), Vec<Fault>> {
    let mut builder = Builder::new(file);
    match walk(file, &mut builder) {
        Ok(()) => builder.finish(),
        Err(fault) => {
            builder.faults.push(fault);
            Err(builder.faults)
        }
    }
}

fn walk(file: &SourceFile, builder: &mut Builder) -> Result<(), Fault> {
    let offsets = Offsets::new(file.text());
    let mut documents = 0;
    for event in Parser::new_from_str(file.text()) {
        let (event, place) = event.map_err(|error| refuse(file, &offsets, builder, &error))?;
        let start = offsets.byte(place.start.index());
        let end = offsets.byte(place.end.index()).max(start);
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(fault(
                    file,
                    "yaml-multiple-documents",
                    "the file holds more than one YAML document",
                    (start..end.max(start + 1), "a second one starts here"),
                    "keep one document in a file: take away the line `---` and what follows",
                ));
            }
        } else if builder.expects_key() {
            key(file, builder, event, start..end)?;
        } else {
            value(file, builder, event, start..end)?;
        }
    }
    Ok(())
}

fn key(
    file: &SourceFile,
    builder: &mut Builder,
    event: Event,
    place: Range<usize>,
) -> Result<(), Fault> {
    match event {
        Event::MappingEnd => builder.end(closing(file, &place))?,
        Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => {
            return Err(fault(
                file,
                "yaml-merge-key",
                "the merge key `<<` is not supported",
                (place, "YAML 1.2 and OpenAPI know no such key"),
                "write the keys out, or refer to a shared schema with `$ref` and `allOf`",
            ));
        }
        Event::Scalar(text, ..) => {
            let place = trimmed(file, place);
            builder.key(text.into_owned(), place);
        }
        _ => {
            return Err(fault(
                file,
                "yaml-complex-key",
                "a key must be a word",
                (place, "this key is a list, a mapping or an alias"),
                "write the key out as a word; text in braces, such as a path, needs quotation marks",
            ));
        }
    }
    Ok(())
}

fn value(
    file: &SourceFile,
    builder: &mut Builder,
    event: Event,
    place: Range<usize>,
) -> Result<(), Fault> {
    match event {
        Event::MappingStart(anchor, tag) => {
            check_tag(file, tag.as_deref(), &["map"], &place)?;
            builder.begin(true, place.start, anchor)
        }
        Event::SequenceStart(anchor, tag) => {
            check_tag(file, tag.as_deref(), &["seq"], &place)?;
            builder.begin(false, place.start, anchor)
        }
        Event::MappingEnd | Event::SequenceEnd => builder.end(closing(file, &place)),
        Event::Alias(anchor) => builder.alias(anchor, place),
        Event::Scalar(text, style, anchor, tag) => {
            let place = trimmed(file, place);
            let words = ["str", "int", "float", "bool", "null"];
            check_tag(file, tag.as_deref(), &words, &place)?;
            let value = resolve(text, style, tag.as_deref());
            builder.scalar(value, place, anchor)
        }
        _ => Ok(()),
    }
}

fn resolve(text: Cow<str>, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let plain = match tag {
        None => style == ScalarStyle::Plain,
        Some(tag) => tag.is_yaml_core_schema() && tag.suffix != "str",
    };
    if plain {
        scalar::plain(&text)
    } else {
        Value::String(text.into_owned())
    }
}

fn check_tag(
    file: &SourceFile,
    tag: Option<&Tag>,
    known: &[&str],
    place: &Range<usize>,
) -> Result<(), Fault> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && known.contains(&tag.suffix.as_str())) => {
            // `!` alone asks for a text, and is harmless.
            if tag.handle.is_empty() && tag.suffix == "!" {
                return Ok(());
            }
            Err(fault(
                file,
                "yaml-unknown-tag",
                "the YAML tag of this value is not supported",
                (place.clone(), "tagged with `!`"),
                "take the tag away; a text that starts with `!` needs quotation marks",
            ))
        }
        _ => Ok(()),
    }
}

/// A bracket ends a flow collection; a block collection ends with its last child.
fn closing(file: &SourceFile, place: &Range<usize>) -> Option<usize> {
    let byte = file.text().as_bytes().get(place.start);
    (!place.is_empty() && matches!(byte, Some(b'}' | b']'))).then_some(place.start + 1)
}

/// Block scalars reach to the next line that has content.
fn trimmed(file: &SourceFile, place: Range<usize>) -> Range<usize> {
    let text = &file.text()[place.clone()];
    place.start..place.start + text.trim_end().len()
}

fn refuse(file: &SourceFile, offsets: &Offsets, builder: &Builder, error: &ScanError) -> Fault {
    let text = file.text();
    let at = offsets.byte(error.marker().index());
    let message = error.info();
    if let Some(tab) = tab_in_indentation(text, at) {
        return fault(
            file,
            "yaml-tab",
            "invalid YAML: a tab stands in the indentation",
            (tab..tab + 1, "this is a tab"),
            "indent with blanks: YAML allows no tabs there",
        );
    }
    if message.contains("unknown anchor") {
        return fault(
            file,
            "unknown-anchor",
            "an alias names an anchor that does not exist",
            (word(text, at), "no anchor of this name stands before it"),
            "define it with `&name` before its first use; a text that starts with `*` needs quotation marks",
        );
    }
    if message.contains("recursion limit") {
        return fault(
            file,
            "nested-too-deep",
            "values nest too deep",
            (at..at + 1, "one level too many"),
            "move inner schemas to `components` and refer to them with `$ref`",
        );
    }
    let bracket = builder
        .open_from_within()
        .find(|start| matches!(text.as_bytes().get(*start), Some(b'[' | b'{')));
    let help = match bracket {
        Some(_) => "close the bracket, or separate its items with commas",
        None if message.contains("quoted scalar") => {
            "close the quotation mark, and indent the lines that it spans"
        }
        None if message.contains("mapping values") => {
            "put the value between quotation marks if it holds a colon, or check the indentation"
        }
        None if message.contains("simple key") => {
            "add a colon and a value, or indent the line to belong to the text above it"
        }
        None if message.contains("unexpected character") => "put the value between quotation marks",
        None => "check the indentation and the quotation marks here",
    };
    let mut fault = fault(
        file,
        "invalid-yaml",
        &format!("invalid YAML: {message}"),
        (at..at + 1, "the reader stopped here"),
        help,
    );
    if let Some(start) = bracket {
        let opening = (
            span(file, start, start + 1),
            "this bracket is still open".into(),
        );
        fault.labels.insert(0, opening);
    }
    fault
}

/// The reader stops at or one line before a tab that it dislikes.
fn tab_in_indentation(text: &str, at: usize) -> Option<usize> {
    let mut start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    for line in text[start..].split_inclusive('\n').take(2) {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indentation].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

fn word(text: &str, at: usize) -> Range<usize> {
    let length = text[at..]
        .find(|c: char| c.is_whitespace() || ",]}".contains(c))
        .unwrap_or(text.len() - at);
    at..at + length
}

fn fault(
    file: &SourceFile,
    code: &'static str,
    title: &str,
    (range, label): (Range<usize>, &str),
    help: &str,
) -> Fault {
    Fault {
        code,
        title: title.into(),
        labels: vec![(span(file, range.start, range.end), label.into())],
        help: help.into(),
    }
}

/// saphyr counts characters, spans count bytes.
struct Offsets {
    /// The byte of each character; empty for ASCII, where both numbers are the same.
    bytes: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(byte, _)| byte).collect()
        };
        Self {
            bytes,
            length: text.len(),
        }
    }

    fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            character.min(self.length)
        } else {
            self.bytes.get(character).copied().unwrap_or(self.length)
        }
    }
}
