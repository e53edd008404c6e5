use std::borrow::Cow;
use std::fs;

use super::*;
use crate::delivery::kind::{LINK_SAMPLES, SAMPLE_LINK, Texts};

const BOTH: &[Content] = &[
    Content {
        link: Some(Cow::Borrowed(SAMPLE_LINK)),
        code: None,
        minutes: None,
    },
    Content {
        link: None,
        code: Some(Cow::Borrowed("12<34")),
        minutes: Some(15),
    },
];

/// A mail with a text in English and, shorter, in German; the other languages have the English one.
fn kind(samples: &'static [Content], en: &'static str) -> Kind {
    let de = "Subject: Hallo\n\nKurz.";
    Kind {
        name: "greeting",
        texts: Texts([("en", en), ("de", de), ("fr", en), ("es", en), ("ja", en)]),
        samples,
        is_mail: true,
    }
}

const TEXT: &str = "Subject: Hello {{ app_name }}\n\nThis is\none paragraph.\n\n{% if link %}\nOpen it :\n{{ link }}\nIt \
                    works once.\n\n{% endif %}\n{% if code %}\nYour code:\n{{ code }}\n{% endif %}\n";

fn open(kind: Kind, folder: Option<&Path>) -> Result<Templates, String> {
    Templates::open(&[kind], folder, "A & B", &Language::default())
}

fn about() -> About<'static> {
    About {
        app_name: "A & B",
        website: "https://example.com/auth",
        recipient: "ana@ex.co",
    }
}

#[test]
fn text_and_html_of_a_mail_say_the_same() {
    let kind = kind(BOTH, TEXT);
    let templates = open(kind, None).expect("they are right");
    let link = templates
        .message(kind, None, &about(), &BOTH[0])
        .expect("a mail");
    assert_eq!(link.subject, "Hello A & B");
    assert_eq!(
        link.text,
        "This is\none paragraph.\n\nOpen it :\nhttps://example.com/auth/page?token=0123456789abcdef\nIt works once.\n"
    );
    for part in [
        "<html lang=\"en\">",
        "<title>Hello A &amp; B</title>",
        ">This is one paragraph.</p>",
        "<a href=\"https:&#x2f;&#x2f;example.com&#x2f;auth&#x2f;page?token=0123456789abcdef\"",
        ">Open it</a>",
        ">It works once.</p>",
    ] {
        assert!(
            link.html.contains(part),
            "{part} is missing in\n{}",
            link.html
        );
    }
    let code = templates
        .message(kind, None, &about(), &BOTH[1])
        .expect("a mail");
    assert!(
        code.text.ends_with("\n\nYour code:\n12<34\n"),
        "{}",
        code.text
    );
    assert!(code.html.contains(">12&lt;34</p>"), "{}", code.html);
    assert!(!code.html.contains("<a "), "{}", code.html);
}

#[test]
fn a_text_is_found_in_the_nearest_language() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("greeting.pt-BR.txt"),
        "Subject: Olá\n\nOlá.\r\n",
    )
    .expect("written");
    let kind = kind(LINK_SAMPLES, TEXT);
    let templates = open(kind, Some(folder.path())).expect("they are right");
    for (language, subject) in [
        ("de-at", "Hallo"),
        ("de", "Hallo"),
        ("pt-br", "Olá"),
        ("pt", "Hello A & B"),
        ("it", "Hello A & B"),
    ] {
        let language = language.parse().expect("a tag");
        let mail = templates.message(kind, Some(&language), &about(), &LINK_SAMPLES[0]);
        assert_eq!(mail.expect("a mail").subject, subject, "{language}");
    }
    let mut headers = HeaderMap::new();
    assert_eq!(templates.language(&headers), None);
    headers.insert(
        "accept-language",
        "pt-BR, de;q=0.5".parse().expect("a value"),
    );
    let preferred = templates.language(&headers);
    assert_eq!(preferred.map(Language::as_str), Some("pt-br"));
    for (tag, has) in [("de-at", true), ("pt-br", true), ("pt", false)] {
        assert_eq!(templates.has(&tag.parse().expect("a tag")), has, "{tag}");
    }
}

#[test]
fn a_file_replaces_a_text_or_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("greeting.en.txt"),
        "Subject: Ours\n\nOurs.\n",
    )
    .expect("written");
    fs::write(
        folder.path().join("layout.html"),
        "<b>{{ blocks[0].before }}</b>",
    )
    .expect("written");
    fs::write(folder.path().join(".gitkeep"), "").expect("written");
    let kind = kind(LINK_SAMPLES, TEXT);
    let templates = open(kind, Some(folder.path())).expect("they are right");
    let mail = templates
        .message(kind, None, &about(), &LINK_SAMPLES[0])
        .expect("a mail");
    assert_eq!(
        (mail.text.as_str(), mail.html.as_str()),
        ("Ours.\n", "<b>Ours.</b>")
    );
}

/// What is wrong with a folder that has this file alone.
fn mistake(name: &str, content: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), content).expect("written");
    let opened = open(kind(BOTH, TEXT), Some(folder.path()));
    let error = opened
        .err()
        .unwrap_or_else(|| panic!("{name}: {content}: nothing is wrong"));
    let place = format!("AUTH_MESSAGE_TEMPLATES: {}/", folder.path().display());
    let error = error.strip_prefix(&place);
    error
        .expect("it names the setting and the folder")
        .to_owned()
}

#[test]
fn a_mistake_in_a_file_stops_the_start_with_its_place() {
    let names = "there are app_name, website, host and recipient";
    for (name, content, place, why) in [
        ("greeting.en.txt", "Subject: A\n\n{{ nme }}", ":3: ", names),
        // A mail of this kind may have no code.
        (
            "greeting.en.txt",
            "Subject: A\n\n{{ code }}",
            ":3: ",
            "`{% if code %}`",
        ),
        (
            "greeting.en.txt",
            "Subject: A\n\n\n{% if %}",
            ":4: ",
            "syntax error",
        ),
        ("greeting.en.txt", "A\n\nB", ":1: ", "`Subject: ...`"),
        ("greeting.en.txt", "Subject: A", ":1: ", "`Subject: ...`"),
        (
            "greeting.en.txt",
            "Subject:\n\nB",
            ":1: ",
            "one line of text",
        ),
        (
            "greeting.en.txt",
            "Subject: A\rBcc: b@ex.co\n\nB",
            ":1: ",
            "one line of text",
        ),
        (
            "greeting.en.txt",
            "Subject: A\n\n{% if minutes %}B{% endif %}",
            ":1: ",
            "no text",
        ),
        (
            "layout.html",
            "<b>\n{{ sbject }}</b>",
            ":2: ",
            "app_name, subject, language and blocks",
        ),
        ("greeting.txt", "", ": ", "is not the name of a template"),
        ("greting.en.txt", "", ": ", "the kinds are greeting"),
        (
            "greeting.english.txt",
            "",
            ": ",
            "is not the name of a template",
        ),
        ("greeting.en.html", "", ": ", "such as `greeting.it.txt`"),
    ] {
        let wrong = mistake(name, content);
        let rest = wrong
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(place));
        let is_right = rest.is_some_and(|rest| rest.contains(why));
        assert!(is_right, "{name}: {content:?}: {wrong}");
    }
    let missing = open(kind(BOTH, TEXT), Some(Path::new("/nowhere/at/all"))).err();
    assert!(missing.is_some_and(|why| why.contains("cannot read /nowhere/at/all")));
}

#[test]
fn one_text_in_two_files_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["greeting.pt-br.txt", "greeting.pt-BR.txt"] {
        fs::write(folder.path().join(name), "Subject: A\n\nB").expect("written");
    }
    // Some file systems do not tell the two names apart.
    if fs::read_dir(folder.path()).expect("a folder").count() == 2 {
        let wrong = open(kind(BOTH, TEXT), Some(folder.path())).err();
        let wrong = wrong.expect("it is refused");
        assert!(wrong.contains("are the same text"), "{wrong}");
    }
}

#[test]
fn the_default_language_has_a_text() {
    let default = |tag: &str| {
        let language = tag.parse().expect("a tag");
        Templates::open(&[kind(BOTH, TEXT)], None, "A", &language)
    };
    assert!(default("de-AT").is_ok());
    let wrong = default("it").err().expect("it is refused");
    assert!(wrong.starts_with("AUTH_MESSAGE_LANGUAGE: there is no text in the language `it`"));
    assert!(wrong.contains("name one of de, en, es, fr, ja"), "{wrong}");
}
