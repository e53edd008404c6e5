//! Mail over a real SMTP conversation, and the development outbox.

mod common;

use auth_server::config::Secret;
use common::{Server, shown, token_of};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Takes one mail and returns all that was said to it.
async fn smtp_server(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.expect("somebody comes");
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    let (mut heard, mut in_data) = (String::new(), false);
    output
        .write_all(b"220 test\r\n")
        .await
        .expect("it can be told");
    while let Some(line) = lines.next_line().await.expect("it can be heard") {
        heard.push_str(&line);
        heard.push('\n');
        let answer = match line.split(' ').next().unwrap_or_default() {
            "." => {
                in_data = false;
                "250 taken\r\n"
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            "QUIT" => break,
            _ => "250 fine\r\n",
        };
        output
            .write_all(answer.as_bytes())
            .await
            .expect("it can be told");
        if answer.starts_with("250 taken") {
            break;
        }
    }
    heard
}

async fn ask_for_link(server: &Server) {
    server.ana("header").await;
    let body = json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]});
    let answer = server
        .post("/auth/user/password/reset/token")
        .json(&body)
        .await;
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
    server.auth.close().await;
}

#[tokio::test]
async fn a_reset_link_goes_out_over_smtp() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let conversation = tokio::spawn(smtp_server(listener));
    let server = Server::start_with(|config| {
        config.smtp_url = Some(Secret::new(format!("smtp://127.0.0.1:{port}")));
        config.mail_from = "Test <test@ex.co>".to_owned();
    })
    .await;
    ask_for_link(&server).await;
    let heard = conversation.await.expect("the conversation ends");
    for part in [
        "MAIL FROM:<test@ex.co>",
        "RCPT TO:<ana@ex.co>",
        "Subject: Password reset instructions\n",
        "Content-Type: text/plain; charset=utf-8\n",
        "\nhttp://localhost:3000/auth/reset-password?token=",
    ] {
        assert!(heard.contains(part), "{part} is missing in\n{heard}");
    }
}

#[tokio::test]
async fn the_outbox_takes_mails_as_files_and_shows_them() {
    let folder = TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("outbox");
    let server = Server::start_with(|config| config.mail_outbox = Some(path.clone())).await;
    assert!(
        server
            .get("/dev/outbox")
            .send()
            .await
            .body
            .contains("No mail yet.")
    );
    ask_for_link(&server).await;

    let files: Vec<_> = std::fs::read_dir(&path).expect("it was made").collect();
    let file = files[0].as_ref().expect("it can be listed").path();
    let raw = std::fs::read_to_string(&file).expect("it can be read");
    assert_eq!((files.len(), file.extension()), (1, Some("eml".as_ref())));
    let mail = &server.auth.dev_outbox().expect("there is one").recent()[0].mail;
    let token = token_of(mail);
    assert!(
        raw.contains(&format!("token={token}&tenantId=public\r\n")),
        "the link is on one line"
    );

    let rebound = server
        .get("/dev/outbox")
        .header("host", "evil.test")
        .send()
        .await;
    assert_eq!(rebound.status, 404);
    let page = server.get("/dev/outbox").send().await;
    let link = format!("token={token}&amp;tenantId=public\">");
    assert!(page.body.contains(&link), "{page}");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn the_page_of_the_outbox_is_not_there_without_an_outbox_or_for_others() {
    let server = Server::start().await;
    shown("outbox_absent", &server.get("/dev/outbox").send().await);
    let folder = TempDir::new().expect("there is room for a folder");
    let server = Server::start_with(|config| {
        config.mail_outbox = Some(folder.path().to_owned());
        config.listen = "0.0.0.0:3001".parse().expect("an address");
    })
    .await;
    assert_eq!(server.get("/dev/outbox").send().await.status, 404);
}
