//! Reads JSON. serde_json decides whether the text is JSON, and its words report it if not; the
//! walk after that only notes places.

use serde_json::Value;

use super::tree::Builder;
use super::{Fault, span};
use crate::source::SourceFile;
use crate::source::spans::SpanMap;

/// Reads a JSON file.
pub(super) fn read(file: &SourceFile) -> Result<(Value, SpanMap), Vec<Fault>> {
    let text = file.text();
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(vec![refuse(file, &error)]);
    }
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
    let text = file.text();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                builder.begin(byte == b'{', at, 0)?;
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                builder.end(Some(at))?;
            }
            b'"' => {
                let end = string_end(bytes, at);
                let value = decode(file, at, end)?;
                match value {
                    Value::String(key) if builder.expects_key() => builder.key(key, at..end),
                    value => builder.scalar(value, at..end, 0)?,
                }
                at = end;
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            _ => {
                let end = bytes[at..]
                    .iter()
                    .position(|byte| b",:]} \t\r\n".contains(byte))
                    .map_or(bytes.len(), |length| at + length);
                builder.scalar(decode(file, at, end)?, at..end, 0)?;
                at = end.max(at + 1);
            }
        }
    }
    Ok(())
}

/// One past the closing quotation mark.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A string or number; halves of surrogate pairs and numbers beyond `f64` only show here.
fn decode(file: &SourceFile, start: usize, end: usize) -> Result<Value, Fault> {
    let place = span(file, start, end);
    serde_json::from_str(place.text()).map_err(|error| Fault {
        code: "invalid-json",
        title: format!("invalid JSON: {}", without_position(&error)),
        labels: vec![(place, String::new())],
        help: "correct this value".into(),
    })
}

fn refuse(file: &SourceFile, error: &serde_json::Error) -> Fault {
    let text = file.text();
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    let offset = text.floor_char_boundary(offset);
    let message = without_position(error);
    if message.contains("recursion limit") {
        return Fault {
            code: "nested-too-deep",
            title: "values nest too deep".into(),
            labels: vec![(span(file, offset, offset + 1), "one level too many".into())],
            help: "move inner schemas to `components` and refer to them with `$ref`".into(),
        };
    }
    let before = text[..offset].trim_end();
    if message.starts_with("EOF") {
        // Blank lines at the end show nothing; the last character does.
        let last = before
            .char_indices()
            .next_back()
            .map_or(0, |(byte, _)| byte);
        return Fault {
            code: "invalid-json",
            title: "invalid JSON: the file ends too early".into(),
            labels: vec![(span(file, last, before.len()), "the text ends here".into())],
            help: "close the brackets and quotation marks that are still open".into(),
        };
    }
    if before.ends_with(',') && matches!(text.as_bytes().get(offset), Some(b'}' | b']')) {
        let comma = before.len() - 1;
        return Fault {
            code: "invalid-json",
            title: "invalid JSON: a comma stands before a closing bracket".into(),
            labels: vec![(span(file, comma, comma + 1), "one comma too many".into())],
            help: "take the comma away".into(),
        };
    }
    let help = match message.as_str() {
        "key must be a string" => "put the key between double quotation marks",
        _ if message.starts_with("expected `,`") => "add the missing comma or bracket before this",
        _ => "correct the syntax here; JSON knows no comments and no single quotation marks",
    };
    Fault {
        code: "invalid-json",
        title: format!("invalid JSON: {message}"),
        labels: vec![(span(file, offset, offset + 1), "here".into())],
        help: help.into(),
    }
}

/// serde_json ends its message with ` at line 3 column 7`, which the label says better.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(" at line ") {
        Some((words, _)) => words.to_owned(),
        None => message,
    }
}
