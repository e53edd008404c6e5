//! appInfo from YAML, read as events so that every value keeps its place.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::Setting;
use super::value::{Entry, Findings, Object, Value, first_line};

/// The appInfo object of a YAML document; `None` after a finding.
pub(super) fn read(findings: &mut Findings) -> Option<Object> {
    let text = findings.file().text();
    let mut reader = Reader::new(text);
    let object = match reader.document(findings) {
        Ok(object) => object,
        Err(error) => {
            let start = reader.byte(error.marker().index());
            let start = start.min(text.trim_end().len());
            let width = text[start..].chars().next().map_or(0, char::len_utf8);
            findings.syntax("YAML", error.info(), start..start + width);
            return None;
        }
    };
    if object.is_none() {
        findings.error(
            "app-info-not-found",
            "the file holds no appInfo",
            first_line(text, 0..text.len()),
            "expected `appName:`, `apiDomain:` and so on",
            "write the fields at the top level, or below `appInfo:`",
        );
    }
    object
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    text: &'t str,
    /// Byte offset of each character: the parser counts characters.
    offsets: Vec<usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            text,
            offsets: text.char_indices().map(|(offset, _)| offset).collect(),
        }
    }

    fn byte(&self, index: usize) -> usize {
        self.offsets.get(index).copied().unwrap_or(self.text.len())
    }

    /// The bytes of an event, without blanks that the parser counted in.
    fn range(&self, span: Span) -> Range<usize> {
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        let end = end.max(start);
        start..start + self.text[start..end].trim_end().len()
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, ScanError> {
        self.parser.next_event().transpose()
    }

    /// Reads to the end of the file, so that no syntax error stays unseen.
    fn document(&mut self, findings: &mut Findings) -> Result<Option<Object>, ScanError> {
        let mut object = None;
        let mut documents = 0;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents == 2 {
                        let place =
                            first_line(self.text, self.byte(span.start.index())..self.text.len());
                        findings.syntax("appInfo", "a second document begins here", place);
                    }
                }
                Event::MappingStart(..) if documents == 1 && object.is_none() => {
                    object = Some(self.mapping(span, 0, findings)?);
                }
                Event::MappingStart(..) | Event::SequenceStart(..) => self.skip()?,
                _ => {}
            }
        }
        Ok(object)
    }

    /// A mapping whose start was just read. `appInfo:` at its top takes its place.
    fn mapping(
        &mut self,
        start: Span,
        depth: usize,
        findings: &mut Findings,
    ) -> Result<Object, ScanError> {
        let from = self.byte(start.start.index());
        let mut object = Object {
            head: first_line(self.text, from..self.text.len()),
            entries: Vec::new(),
        };
        let mut inner = None;
        while let Some((event, key_span)) = self.next()? {
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(key, ..) => key.into_owned(),
                Event::MappingStart(..) | Event::SequenceStart(..) => {
                    self.skip()?;
                    "?".to_owned()
                }
                _ => "?".to_owned(),
            };
            let Some((event, span)) = self.next()? else {
                break;
            };
            let range = self.range(span);
            let value = match event {
                Event::MappingStart(..) if depth == 0 && key == "appInfo" => {
                    inner = Some(self.mapping(span, 1, findings)?);
                    continue;
                }
                Event::MappingStart(..) => {
                    self.skip()?;
                    Value::Other("an object")
                }
                Event::SequenceStart(..) => {
                    self.skip()?;
                    Value::Other("a list")
                }
                Event::Scalar(text, style, ..) => scalar(&text, style, range.clone(), findings),
                _ => Value::Other("a reference to another value"),
            };
            object.entries.push(Entry {
                key,
                key_range: self.range(key_span),
                value,
                range,
            });
        }
        Ok(inner.unwrap_or(object))
    }

    /// Reads to the end of the collection whose start was just read.
    fn skip(&mut self) -> Result<(), ScanError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Some((Event::MappingStart(..) | Event::SequenceStart(..), _)) => depth += 1,
                Some((Event::MappingEnd | Event::SequenceEnd, _)) => depth -= 1,
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// A scalar under the core schema: without quotes it may be something else than a text.
fn scalar(text: &str, style: ScalarStyle, range: Range<usize>, findings: &mut Findings) -> Value {
    if style != ScalarStyle::Plain {
        return match style {
            // A block of text ends with a line break that nobody means.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                Value::Setting(Setting::Text(text.trim_end().to_owned()))
            }
            _ => findings.placeholder(text, range),
        };
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Absent,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Value::Other("a boolean"),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.parse::<f64>().is_ok() =>
        {
            Value::Other("a number")
        }
        _ => findings.placeholder(text, range),
    }
}
