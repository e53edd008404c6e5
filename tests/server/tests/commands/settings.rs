//! `doctor`: the effect of the settings, and what is dangerous about them.

use super::*;

#[test]
fn the_doctor_shows_the_effect_of_the_settings_and_fails_on_danger() {
    let place = Place::new();
    let (code, text, errors) = run(&place, &["doctor"]);
    assert_eq!((code, errors.as_str()), (0, ""), "{text}");
    for expected in [
        "cookies  sAccessToken (path /) and sRefreshToken (path /auth/session/refresh), HttpOnly",
        "SameSite=Lax, because API and website are one site (localhost)",
        "CORS     only http://localhost:3000 may read answers",
        "secrets  signing keys are stored in the clear",
        "Nothing is wrong with the settings.",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(
        !place.folder.path().join("auth.db").exists(),
        "nothing was opened"
    );

    let doctor = |variables: &[(&str, &str)]| {
        let output = command(&place.folder)
            .envs(place.variables())
            .envs(variables.iter().copied())
            .args(["doctor", "--json"])
            .output()
            .expect("the program was built");
        let answer = String::from_utf8(output.stdout).expect("it is text");
        let answer: Value = serde_json::from_str(&answer).expect("it is JSON");
        let findings = answer["findings"].as_array().expect("it is a list").clone();
        let named = findings.iter().map(|finding| {
            let part = |name: &str| finding[name].as_str().expect("it is text").to_owned();
            (part("severity"), part("setting"))
        });
        (
            output.status.code(),
            named.collect::<Vec<_>>(),
            answer.to_string(),
        )
    };
    let (code, findings, answer) = doctor(&[
        ("AUTH_SMTP_URL", "smtp://mail.example.com"),
        ("AUTH_MAIL_FROM", "a@example.com"),
        ("AUTH_ADMIN_LISTEN_ADDR", "0.0.0.0:9464"),
        ("AUTH_SECRET", "hunter2"),
    ]);
    let expected = [
        ("danger", "AUTH_ADMIN_LISTEN_ADDR"),
        ("danger", "AUTH_SMTP_URL"),
        ("notice", "AUTH_*"),
    ];
    let expected = expected.map(|(severity, name)| (severity.to_owned(), name.to_owned()));
    assert_eq!((code, findings.as_slice()), (Some(1), &expected[..]));
    assert!(
        answer.contains("AUTH_SECRET") && !answer.contains("hunter2"),
        "{answer}"
    );

    let (code, findings, _) = doctor(&[("AUTH_SECRET", "hunter2")]);
    assert_eq!(
        (code, findings.len()),
        (Some(0), 1),
        "a notice is no danger"
    );

    let (code, findings, _) = doctor(&[
        ("AUTH_COOKIE_DOMAIN", "com"),
        ("AUTH_ENCRYPTION_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("AUTH_LISTEN_ADRR", "127.0.0.1:1"),
    ]);
    let expected = [
        "AUTH_LISTEN_ADRR",
        "AUTH_ENCRYPTION_SECRET",
        "AUTH_COOKIE_DOMAIN",
    ];
    let expected = expected.map(|name| ("refused".to_owned(), name.to_owned()));
    assert_eq!((code, findings.as_slice()), (Some(1), &expected[..]));
}
