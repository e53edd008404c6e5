//! `messages`: the texts of the program as files.

use std::fs;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn exported_texts_are_those_of_the_program_and_can_be_changed() {
    let place = Place::new();
    let texts = place.folder.path().join("texts");
    let path = texts.to_str().expect("the path is text");
    let (code, output, errors) = run(&place, &["messages", "export", path]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let names = || {
        let entries = fs::read_dir(&texts).expect("the folder was made");
        entries.map(|entry| entry.expect("it can be listed").file_name().into_string())
    };
    // Five kinds in five languages, and the page.
    assert_eq!((output.lines().count(), names().count()), (26, 26));
    for name in names() {
        let name = name.expect("the name is text");
        assert!(
            output.contains(&format!("written  {path}/{name}\n")),
            "{name}: {output}"
        );
    }

    // What is there stays.
    let changed = texts.join("password-reset.en.txt");
    fs::write(&changed, "Subject: Ours\n\n{{ link }}\n").expect("it can be written");
    let (code, output, _) = run(&place, &["messages", "export", path]);
    assert_eq!(
        (code, output.matches("kept  ").count()),
        (0, 26),
        "{output}"
    );
    let text = fs::read_to_string(&changed).expect("it is there");
    assert!(text.starts_with("Subject: Ours"), "{text}");

    // All of them are right: a server starts with them.
    let mut variables = place.variables();
    variables.push(("AUTH_MESSAGE_TEMPLATES", path));
    let mut server = Running::start_with(&place.folder, &variables);
    server.kill("-TERM");
    server.log();

    // And with a mistake in one, none does.
    fs::write(&changed, "Subject: Ours\n\n{{ lnk }}\n").expect("it can be written");
    let output = command(&place.folder)
        .envs(variables)
        .output()
        .expect("the program was built");
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    let mistake = format!("{path}/password-reset.en.txt:3: undefined value");
    assert!(log.contains(&mistake), "{log}");
}
