//! The HTML of a mail, made from its text: each paragraph becomes one of the page, a line that is the link becomes a button
//! with the line before it as its label, and a line that is the code is set apart.

use minijinja::Value;

use crate::delivery::Language;
use crate::delivery::kind::{About, Content};

/// What to do about an unknown name in the page.
pub(super) const CURE: &str = "; there are app_name, subject, language and blocks, and each block has before, link, code and \
                               after; write those that may be missing inside `{% if … %}`";

/// A paragraph of a mail.
struct Block<'a> {
    /// The text, up to the link or code.
    before: String,
    link: Option<&'a str>,
    code: Option<&'a str>,
    /// The text behind the link or code.
    after: String,
}

/// The paragraphs of a text; empty lines stand between them.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let paragraphs = lines.split(|line| line.is_empty());
    let paragraphs = paragraphs.filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join("\n")).collect()
}

/// What the page can show.
pub(super) fn values(
    language: &Language,
    subject: &str,
    about: &About<'_>,
    paragraphs: &[String],
    content: &Content,
) -> Value {
    let blocks = paragraphs.iter().map(|one| Block::of(one, content));
    let blocks: Vec<Value> = blocks.map(Block::into_value).collect();
    Value::from_pairs([
        ("language", Value::from(language.as_str())),
        ("subject", Value::from(subject)),
        ("app_name", Value::from(about.app_name)),
        ("blocks", Value::from(blocks)),
    ])
}

impl<'a> Block<'a> {
    fn of(paragraph: &str, content: &'a Content) -> Self {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        let is_line = |value: &&str| lines.iter().any(|line| line == value);
        let link = content.link.as_deref().filter(is_line);
        let code = content.code.as_deref().filter(is_line);
        // One of them: a text with both in one paragraph keeps the code as it is written.
        let code = code.filter(|_| link.is_none());
        let at = lines.iter().position(|line| Some(*line) == link.or(code));
        let at = at.unwrap_or(lines.len());
        let before = lines[..at].join(" ");
        let before = match link {
            // The label of a button; French has a space before the colon. A link without a label is shown as its own label.
            Some(link) => match before.trim_end_matches([':', '：', ' ', '\u{a0}', '\u{202f}']) {
                "" => link.to_owned(),
                label => label.to_owned(),
            },
            None => before,
        };
        let after = lines.get(at + 1..).unwrap_or_default().join(" ");
        Self {
            before,
            link,
            code,
            after,
        }
    }

    /// For the template, where what is empty is not defined.
    fn into_value(self) -> Value {
        let before = Some(self.before).filter(|text| !text.is_empty());
        let after = Some(self.after).filter(|text| !text.is_empty());
        let parts = [
            before.map(|text| ("before", Value::from(text))),
            self.link.map(|link| ("link", Value::from(link))),
            self.code.map(|code| ("code", Value::from(code))),
            after.map(|text| ("after", Value::from(text))),
        ];
        Value::from_pairs(parts.into_iter().flatten())
    }
}
