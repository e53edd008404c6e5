//! Which source counts, and what is refused in a settings file.

use std::path::Path;

use super::*;

const APP_INFO: &[&str] = &["API_DOMAIN"];

/// The sources of a folder with these files, and with these variables.
fn read(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Sources {
    let folder = tempfile::TempDir::new().expect("there is room for a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("there is room");
    }
    of_folder(folder.path(), variables)
}

fn of_folder(folder: &Path, variables: &[(&str, &str)]) -> Sources {
    Sources::read(APP_INFO, folder, |name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

/// What is wrong with a file that is read alone.
fn errors(text: &str) -> Vec<String> {
    read(&[("auth.toml", text)], &[]).errors
}

fn found(sources: &Sources, name: &str) -> (String, String) {
    let found = sources.get(name).unwrap_or_else(|| panic!("{name} is set"));
    (found.text.clone(), found.source.to_string())
}

#[test]
fn a_file_has_texts_numbers_booleans_lists_and_tables() {
    let text = r#"
api_domain = "https://api.example.com"
access_token_seconds = 9_00
cookie_secure = true
websites = ["https://a.example.com", "https://b.example.com"]
allowed_headers = "traceparent, baggage"

[limit.sign_in]
network = "9+1/m"

[passwordless]
code_minutes = 30
"#;
    let sources = read(&[("auth.toml", text)], &[]);
    assert_eq!(sources.errors, Vec::<String>::new());
    for (name, value, place) in [
        ("API_DOMAIN", "https://api.example.com", "auth.toml:2:14"),
        ("AUTH_ACCESS_TOKEN_SECONDS", "900", "auth.toml:3:24"),
        ("AUTH_COOKIE_SECURE", "true", "auth.toml:4:17"),
        (
            "AUTH_WEBSITES",
            "https://a.example.com, https://b.example.com",
            "auth.toml:5:12",
        ),
        (
            "AUTH_ALLOWED_HEADERS",
            "traceparent, baggage",
            "auth.toml:6:19",
        ),
        ("AUTH_LIMIT_SIGN_IN_NETWORK", "9+1/m", "auth.toml:9:11"),
        ("AUTH_PASSWORDLESS_CODE_MINUTES", "30", "auth.toml:12:16"),
    ] {
        let expected = (value.to_owned(), place.to_owned());
        assert_eq!(found(&sources, name), expected, "{name}");
    }
    assert!(sources.get("AUTH_SIGNING_ALGORITHM").is_none());
}

#[test]
fn a_variable_takes_precedence_over_the_file_unless_it_is_empty() {
    let file = ("auth.toml", "app_id = \"file\"");
    let sources = read(&[file], &[("AUTH_APP_ID", "variable")]);
    let expected = ("variable".to_owned(), "environment".to_owned());
    assert_eq!(found(&sources, "AUTH_APP_ID"), expected);
    assert_eq!(sources.label("AUTH_APP_ID"), "AUTH_APP_ID");
    let sources = read(&[file], &[("AUTH_APP_ID", " ")]);
    assert_eq!(found(&sources, "AUTH_APP_ID").0, "file");
    assert_eq!(sources.label("AUTH_APP_ID"), "app_id (auth.toml:1:10)");
}

#[test]
fn a_secret_stands_in_a_file_that_a_variable_or_a_key_names() {
    let secret = ("secret", "  hunter2\n");
    let of_variable = read(&[secret], &[("AUTH_SMTP_URL_FILE", "secret")]);
    let expected = (
        "hunter2".to_owned(),
        "file of AUTH_SMTP_URL_FILE".to_owned(),
    );
    assert_eq!(found(&of_variable, "AUTH_SMTP_URL"), expected);
    let settings = ("auth.toml", "smtp_url_file = \"secret\"");
    let of_key = read(&[secret, settings], &[]);
    let expected = (
        "hunter2".to_owned(),
        "file named at auth.toml:1:17".to_owned(),
    );
    assert_eq!(found(&of_key, "AUTH_SMTP_URL"), expected);
    // A variable takes precedence, and its file is not read.
    let both = read(&[settings], &[("AUTH_SMTP_URL", "smtp://a")]);
    assert_eq!(
        (both.errors.len(), found(&both, "AUTH_SMTP_URL").0),
        (0, "smtp://a".to_owned())
    );
    for (files, variables, expected) in [
        (
            vec![secret],
            vec![("AUTH_SMTP_URL", "x"), ("AUTH_SMTP_URL_FILE", "secret")],
            "AUTH_SMTP_URL_FILE: AUTH_SMTP_URL is set as well: leave out one of them",
        ),
        (
            vec![],
            vec![("AUTH_SMTP_URL_FILE", "absent")],
            "AUTH_SMTP_URL_FILE: cannot read ",
        ),
        (
            vec![("secret", "\n")],
            vec![("AUTH_SMTP_URL_FILE", "secret")],
            "secret is empty",
        ),
        (
            vec![settings],
            vec![],
            "smtp_url_file (auth.toml:1:17): cannot read ",
        ),
    ] {
        let errors = read(&files, &variables).errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

#[test]
fn a_settings_file_holds_no_secret() {
    for text in [
        "smtp_url = \"smtps://user:hunter2@mail.example.com\"",
        "database_url = \"postgres://auth:hunter2@db/auth\"",
        "database_url = \"postgres://db/auth?user=a&password=hunter2\"",
        "encryption_secret = \"hunter2hunter2hunter2hunter2hunter2\"",
        "sms_secret = \"hunter2\"",
    ] {
        let errors = errors(text);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        let parts = [
            "may be a secret",
            "set the variable",
            "_file` with the path",
        ];
        for part in parts {
            assert!(errors[0].contains(part), "{errors:?}");
        }
        assert!(!errors[0].contains("hunter2"), "{errors:?}");
    }
    for text in [
        "database_url = \"sqlite:///var/lib/auth/auth.db\"",
        "database_url = \"postgres://db/auth?sslmode=verify-full\"",
        "smtp_url = \"smtps://mail.example.com:465\"",
    ] {
        assert_eq!(errors(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_wrong_in_a_file_has_line_column_and_cure() {
    for (text, expected) in [
        (
            "\n\n  acess_token_seconds = 9",
            "acess_token_seconds (auth.toml:3:3): is not a setting; did you mean `access_token_seconds`?",
        ),
        (
            "[passwordless]\nflow = 1",
            "passwordless_flow (auth.toml:2:1): is not a setting; the command `settings` lists all",
        ),
        (
            "access_token_seconds = true",
            "access_token_seconds (auth.toml:1:24): must be a whole number",
        ),
        (
            "access_token_seconds = 0x10",
            "access_token_seconds (auth.toml:1:24): must be a whole number",
        ),
        (
            "cookie_secure = 1",
            "cookie_secure (auth.toml:1:17): must be true or false",
        ),
        (
            "websites = 7",
            "websites (auth.toml:1:12): must be a list of texts: [\"…\", \"…\"]",
        ),
        (
            "websites = [\"a,b\"]",
            "websites (auth.toml:1:12): must be a list of texts in quotation marks, none with a comma",
        ),
        (
            "app_id = 7",
            "app_id (auth.toml:1:10): must be a text in quotation marks",
        ),
        (
            "cookie_domain = \"a.co\"\n[cookie]\ndomain = \"b.co\"",
            "cookie_domain (auth.toml:3:10): is set before, at auth.toml:1:17",
        ),
        (
            "otel_exporter_otlp_endpoint = \"http://localhost:4318\"",
            "otel_exporter_otlp_endpoint (auth.toml:1:31): is read from the environment alone: set the variable \
             OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    ] {
        assert_eq!(errors(text), [expected], "{text}");
    }
    let errors = errors("app_id = \"a");
    assert!(
        errors.len() == 1 && errors[0].starts_with("auth.toml:1:"),
        "{errors:?}"
    );
}

#[test]
fn a_file_that_is_named_must_exist() {
    assert_eq!(read(&[], &[]).errors, Vec::<String>::new());
    let missing = read(&[], &[("AUTH_SETTINGS_FILE", "other.toml")]).errors;
    assert!(
        missing.len() == 1
            && missing[0].starts_with("AUTH_SETTINGS_FILE: cannot read other.toml: "),
        "{missing:?}"
    );
    let files = [
        ("auth.toml", "app_id = \"a\""),
        ("other.toml", "app_id = \"b\""),
    ];
    let sources = read(&files, &[("AUTH_SETTINGS_FILE", "other.toml")]);
    let expected = ("b".to_owned(), "other.toml:1:10".to_owned());
    assert_eq!(found(&sources, "AUTH_APP_ID"), expected);
}

#[test]
fn every_setting_has_a_key_of_its_own() {
    let files = with_files();
    let known = known(&[], &files);
    let settings = variables::all().count();
    assert_eq!(known.len(), settings + files.len());
    assert!(matches!(known["database_url_file"], Known::SecretFile(_)));
    // It is a setting already, and not the file of the generic kind.
    assert!(matches!(
        known["third_party_providers_file"],
        Known::Setting(_)
    ));
}
