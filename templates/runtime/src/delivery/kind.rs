//! The kinds of messages, and the texts of each that the program has.

use std::borrow::Cow;
use std::fmt;

use super::Language;

/// The texts of a kind of message, in each language that the program has by itself: templates in the syntax of Jinja.
/// The file that a text comes from is `<kind>.<language>.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts(
    /// Each with the tag of its language.
    pub(crate) [(&'static str, &'static str); 5],
);

/// The texts in the files `<path>.<language>.txt`, whose path is relative to the file that names them. A language
/// without a file does not compile.
#[allow(unused_macros, reason = "for recipes that send messages")]
macro_rules! texts {
    ($path:literal) => {
        $crate::delivery::Texts([
            ("en", include_str!(concat!($path, ".en.txt"))),
            ("de", include_str!(concat!($path, ".de.txt"))),
            ("fr", include_str!(concat!($path, ".fr.txt"))),
            ("es", include_str!(concat!($path, ".es.txt"))),
            ("ja", include_str!(concat!($path, ".ja.txt"))),
        ])
    };
}
#[allow(unused_imports, reason = "for recipes that send messages")]
pub(crate) use texts;

/// The file with the text of a kind of message in a language.
pub(crate) fn text_name(kind: &str, language: &str) -> String {
    format!("{kind}.{language}.txt")
}

/// What a message says beside the words of its text.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Content {
    /// Where its link leads to.
    pub(crate) link: Option<Cow<'static, str>>,
    /// A code to be typed in.
    pub(crate) code: Option<Cow<'static, str>>,
    /// How long link and code work; `None` where no setting changes it: each text states it then.
    pub(crate) minutes: Option<i64>,
}

impl Content {
    /// A link whose lifetime is written in each text.
    #[allow(dead_code, reason = "for recipes that send messages")]
    pub(crate) fn of_link(link: String) -> Self {
        Self {
            link: Some(link.into()),
            ..Self::default()
        }
    }
}

impl fmt::Debug for Content {
    /// Link and code are left out: they are credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

/// The link of samples.
pub(crate) const SAMPLE_LINK: &str = "https://example.com/auth/page?token=0123456789abcdef";

/// The samples of a kind whose messages have a link and nothing else.
pub(crate) const LINK_SAMPLES: &[Content] = &[Content {
    link: Some(Cow::Borrowed(SAMPLE_LINK)),
    code: None,
    minutes: None,
}];

/// Who a message is for, and from which application.
pub(crate) struct About<'a> {
    pub(crate) app_name: &'a str,
    /// The URL of the website's auth pages.
    pub(crate) website: &'a str,
    /// The address or number.
    pub(crate) recipient: &'a str,
}

/// A message with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Empty in a text message.
    pub(crate) subject: String,
    pub(crate) text: String,
    /// Empty in a text message.
    pub(crate) html: String,
    /// That of the text.
    pub(crate) language: Language,
}

/// What a message was made from, for a [`Mailer`](super::Mailer) or [`SmsSender`](super::SmsSender) with texts of its own.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct MessageSource {
    /// The name of its kind ([`MailKind::name`], [`SmsKind::name`]).
    pub kind: String,
    /// The language of its text.
    pub language: Language,
    /// The URL of the website's auth pages, without `/` at the end.
    pub website: String,
    /// Where its link leads to.
    pub link: Option<String>,
    /// A code to be typed in.
    pub code: Option<String>,
    /// How long link and code work, in minutes, where a setting says so.
    pub minutes: Option<i64>,
}

impl fmt::Debug for MessageSource {
    /// Link and code are left out: they are credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSource")
            .field("kind", &self.kind)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// A kind of mail or text message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) texts: Texts,
    /// One content for each choice of what its messages may show; every text has to be right for all of them.
    pub(crate) samples: &'static [Content],
    /// Whether its texts begin with a line `Subject:`.
    pub(crate) is_mail: bool,
}

/// What a mail is about. The recipe that sends mails of a kind decides what they say when they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailKind(Kind);

/// What a text message is about, as [`MailKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmsKind(Kind);

impl MailKind {
    /// A kind with this name, these texts, and one content for each choice of what its mails may show.
    #[allow(dead_code, reason = "for recipes that send mails")]
    pub(crate) const fn new(name: &'static str, texts: Texts, samples: &'static [Content]) -> Self {
        Self(Kind {
            name,
            texts,
            samples,
            is_mail: true,
        })
    }

    /// Its name in the database, the log and the output of commands.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) const fn kind(self) -> Kind {
        self.0
    }
}

impl SmsKind {
    /// The same as [`MailKind::new`], with a name that no kind of mail has.
    #[allow(dead_code, reason = "for recipes that send text messages")]
    pub(crate) const fn new(name: &'static str, texts: Texts, samples: &'static [Content]) -> Self {
        Self(Kind {
            name,
            texts,
            samples,
            is_mail: false,
        })
    }

    /// Its name in the database, the log and the output of commands.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) const fn kind(self) -> Kind {
        self.0
    }
}
