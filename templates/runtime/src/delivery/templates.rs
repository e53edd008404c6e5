//! The texts of messages: templates of the program, and those that an operator puts in their place.
//!
//! A text is a template in the syntax of Jinja, by the crate `minijinja`. A mail has one source, its plain text; the HTML is
//! made from the text (`templates/page.rs`), so that both say the same.
//!
//! Rules: HTML escapes everything that comes out of a text. A subject is one line without control characters, so that it
//! cannot add a header to the mail. All templates are tried with samples when the server starts: a mistake in a file
//! stops the start and not a mail.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use http::HeaderMap;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value};

use super::Language;
use super::kind::{About, Content, Kind, Written, text_name};
use crate::error::Error;

mod page;

/// The setting that names the folder of an operator.
const FOLDER: &str = "AUTH_MESSAGE_TEMPLATES";

/// The name of the page around the HTML of a mail.
const LAYOUT: &str = "layout.html";

/// The page of the program.
const PAGE: &str = include_str!("layout.html");

/// All templates of a server.
pub(crate) struct Templates {
    environment: Environment<'static>,
    /// The names of the texts.
    texts: BTreeSet<String>,
    /// Which templates came from files of an operator.
    files: BTreeMap<String, PathBuf>,
    /// The languages of all texts.
    languages: BTreeSet<Language>,
    default: Language,
}

impl Templates {
    /// The templates of these kinds, and those of a folder, which replace them, tried with all samples. A recipient whose
    /// language has none gets the default language.
    ///
    /// # Errors
    /// Which setting or file is wrong, where, why, and what to do.
    pub(crate) fn open(
        kinds: &[Kind],
        folder: Option<&Path>,
        app_name: &str,
        default: &Language,
    ) -> Result<Self, String> {
        let templates = Self::read(kinds, folder, default)?;
        templates.samples(kinds, app_name)?;
        Ok(templates)
    }

    /// The same, not tried yet.
    ///
    /// # Errors
    /// As [`open`](Self::open), without what only samples show.
    pub(crate) fn read(
        kinds: &[Kind],
        folder: Option<&Path>,
        default: &Language,
    ) -> Result<Self, String> {
        let mut templates = Self {
            environment: environment().map_err(|error| error.to_string())?,
            texts: BTreeSet::new(),
            files: BTreeMap::new(),
            languages: BTreeSet::new(),
            default: default.clone(),
        };
        for (name, text) in Self::built_in(kinds) {
            templates.add(kinds, &name, text.to_owned())?;
        }
        if let Some(folder) = folder {
            templates.add_folder(kinds, folder).map_err(of_folder)?;
        }
        templates.check_default(kinds)?;
        Ok(templates)
    }

    /// Refuses a default language without a text.
    fn check_default(&self, kinds: &[Kind]) -> Result<(), String> {
        let is_known = |tag: &str| self.languages.contains(tag);
        if kinds.is_empty() || self.default.with_wider().any(is_known) {
            return Ok(());
        }
        let known: Vec<_> = self.languages.iter().map(Language::as_str).collect();
        Err(format!(
            "AUTH_MESSAGE_LANGUAGE: there is no text in the language `{}`: name one of {}, or add texts in that language \
             to the folder of {FOLDER}",
            self.default,
            known.join(", ")
        ))
    }

    fn add(&mut self, kinds: &[Kind], name: &str, source: String) -> Result<(), String> {
        if name != LAYOUT {
            let language = language_of(kinds, name);
            let language = language.map_err(|why| format!("{}: {why}", self.place(name)))?;
            self.languages.insert(language);
            self.texts.insert(name.to_owned());
        }
        let added = self.environment.add_template_owned(name.to_owned(), source);
        added.map_err(|error| self.describe(&error))
    }

    /// The files with the texts of the program.
    pub(crate) fn built_in(kinds: &[Kind]) -> Vec<(String, &'static str)> {
        let texts = kinds.iter().flat_map(|kind| {
            let texts = kind.texts.0.into_iter();
            texts.map(|(language, text)| (text_name(kind.name, language), text))
        });
        texts.chain([(LAYOUT.to_owned(), PAGE)]).collect()
    }

    /// Reads the files of a folder.
    fn add_folder(&mut self, kinds: &[Kind], folder: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Files of editors, of version control, and of volumes in Kubernetes.
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let source = std::fs::read_to_string(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            // Language tags have no case.
            let name = name.to_ascii_lowercase();
            if let Some(other) = self.files.insert(name.clone(), path.clone()) {
                return Err(format!(
                    "{} and {} are the same text: delete one",
                    other.display(),
                    path.display()
                ));
            }
            self.add(kinds, &name, source.replace("\r\n", "\n"))?;
        }
        Ok(())
    }

    /// Every text with all samples of its kind.
    ///
    /// # Errors
    /// Which text is wrong, and why.
    pub(crate) fn samples(
        &self,
        kinds: &[Kind],
        app_name: &str,
    ) -> Result<Vec<(Kind, Written)>, String> {
        let mut written = Vec::new();
        for kind in kinds {
            let about = About {
                app_name,
                website: "https://example.com/auth",
                recipient: if kind.is_mail {
                    "name@example.com"
                } else {
                    "+36201234567"
                },
            };
            let has = |language: &&Language| {
                self.texts
                    .contains(&text_name(kind.name, language.as_str()))
            };
            for language in self.languages.iter().filter(has) {
                for content in kind.samples {
                    let text = self.write(*kind, Some(language), &about, content);
                    written.push((*kind, text.map_err(of_folder)?));
                }
            }
        }
        Ok(written)
    }

    /// The language that a request prefers, of those that there are texts in; `None` where it prefers none of them.
    pub(crate) fn language(&self, headers: &HeaderMap) -> Option<&Language> {
        Language::of_request(headers, &self.languages)
    }

    /// Whether there are texts in a language, or in a wider one.
    pub(crate) fn has(&self, language: &Language) -> bool {
        language
            .with_wider()
            .any(|tag| self.languages.contains(tag))
    }

    /// The message of a kind with this content.
    ///
    /// # Errors
    /// A template cannot be rendered with this content, although it could be with all samples.
    pub(crate) fn message(
        &self,
        kind: Kind,
        language: Option<&Language>,
        about: &About<'_>,
        content: &Content,
    ) -> Result<Written, Error> {
        let written = self.write(kind, language, about, content);
        written.map_err(|why| Error::internal(format!("a message cannot be written: {why}")))
    }

    fn write(
        &self,
        kind: Kind,
        language: Option<&Language>,
        about: &About<'_>,
        content: &Content,
    ) -> Result<Written, String> {
        let (name, language) = self.find(kind.name, language)?;
        let text = self.render(&name, values(about, content))?;
        if !kind.is_mail {
            return Ok(Written {
                subject: String::new(),
                text: text.trim().to_owned() + "\n",
                html: String::new(),
                language,
            });
        }
        let wrong = |why| format!("{}:1: {why}", self.place(&name));
        let (subject, text) = text
            .trim_start()
            .strip_prefix("Subject:")
            .and_then(|rest| rest.split_once('\n'))
            .ok_or_else(|| {
                wrong("a mail begins with a line `Subject: ...` and has a text below it")
            })?;
        let subject = subject.trim().to_owned();
        if subject.is_empty() || subject.contains(char::is_control) {
            return Err(wrong("the subject has to be one line of text"));
        }
        let paragraphs = page::paragraphs(text);
        if paragraphs.is_empty() {
            return Err(wrong("there is no text below the subject"));
        }
        let values = page::values(&language, &subject, about, &paragraphs, content);
        let html = self.render(LAYOUT, values)?;
        Ok(Written {
            subject,
            text: paragraphs.join("\n\n") + "\n",
            html,
            language,
        })
    }

    /// The text of a kind in a language, in a wider one, or in the default language; else in English, which every kind has.
    fn find(&self, kind: &str, language: Option<&Language>) -> Result<(String, Language), String> {
        let wanted = [language, Some(&self.default)].into_iter().flatten();
        let tags = wanted.flat_map(Language::with_wider).chain(["en"]);
        let mut found = tags.map(|tag| (text_name(kind, tag), tag));
        let (name, tag) = found
            .find(|(name, _)| self.texts.contains(name))
            .ok_or_else(|| format!("there is no text of the kind `{kind}`"))?;
        Ok((name, tag.parse()?))
    }

    fn render(&self, name: &str, values: Value) -> Result<String, String> {
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(values));
        rendered.map_err(|error| self.describe(&error))
    }

    /// Where a template stands: its path, or its name where it is one of the program.
    fn place(&self, name: &str) -> String {
        let file = self.files.get(name);
        file.map_or_else(|| name.to_owned(), |path| path.display().to_string())
    }

    /// What is wrong with a template, with its line, and what to do.
    fn describe(&self, error: &minijinja::Error) -> String {
        let (name, line) = (error.name().unwrap_or_default(), error.line().unwrap_or(1));
        let what = error.detail().map_or_else(
            || error.kind().to_string(),
            |detail| format!("{}: {detail}", error.kind()),
        );
        let cure = match (error.kind(), name) {
            (ErrorKind::UndefinedError, LAYOUT) => page::CURE,
            (ErrorKind::UndefinedError, _) => {
                "; there are app_name, website, host and recipient; write values that a message may not have inside \
                 `{% if link %}`, `{% if code %}` or `{% if minutes %}`"
            }
            _ => "",
        };
        format!("{}:{line}: {what}{cure}", self.place(name))
    }
}

/// A mistake in a file of the folder.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn of_folder(why: String) -> String {
    format!("{FOLDER}: {why}")
}

/// What renders templates: strict about names, without the empty lines of statements.
fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| match name {
        LAYOUT => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build()?);
    Ok(environment)
}

/// What a text can show. What a message does not have is not defined: a text that shows it anyway is wrong.
fn values(about: &About<'_>, content: &Content) -> Value {
    let website = url::Url::parse(about.website).ok();
    let host = website.as_ref().and_then(url::Url::host_str);
    let (link, code) = (content.link.as_deref(), content.code.as_deref());
    let values = [
        Some(("app_name", Value::from(about.app_name))),
        Some(("website", Value::from(about.website))),
        Some(("recipient", Value::from(about.recipient))),
        host.map(|host| ("host", Value::from(host))),
        link.map(|link| ("link", Value::from(link))),
        code.map(|code| ("code", Value::from(code))),
        (content.minutes).map(|minutes| ("minutes", Value::from(minutes))),
    ];
    Value::from_pairs(values.into_iter().flatten())
}

/// The language of a file with a text.
///
/// # Errors
/// The file is not one of the names that there are.
fn language_of(kinds: &[Kind], name: &str) -> Result<Language, String> {
    let parts: Vec<_> = name.split('.').collect();
    if let [kind, language, "txt"] = parts[..]
        && kinds.iter().any(|known| known.name == kind)
        && let Ok(language) = language.parse()
    {
        return Ok(language);
    }
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
    let (kinds, example) = (kinds.join(", "), kinds.first().unwrap_or(&"kind"));
    Err(format!(
        "is not the name of a template, which is `{LAYOUT}`, or `<kind>.<language>.txt` such as `{example}.it.txt`; the \
         kinds are {kinds}"
    ))
}

#[cfg(test)]
mod tests;
