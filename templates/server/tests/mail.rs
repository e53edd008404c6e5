//! Mail over a real SMTP conversation, and the development outbox.

mod common;

use std::net::SocketAddr;

use auth_server::config::Secret;
use auth_server::{Config, NoCustom};
use axum::body::Body;
use axum::extract::ConnectInfo;
use common::{Server, app_info, shown, token_of};
use http::{Request, Version};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tower::ServiceExt;

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

/// What the page answers to a request as the server sees it.
async fn page(server: &Server, peer: &str, headers: &[(&str, &str)], version: Version) -> u16 {
    let peer: SocketAddr = peer.parse().expect("it is an address");
    let mut request = Request::get("/dev/outbox").version(version);
    request = request.extension(ConnectInfo(peer));
    if headers.iter().all(|(name, _)| *name != "host") {
        request = request.header("host", "localhost:3001");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("it is a request");
    let app = auth_server::router(server.auth.clone(), None::<NoCustom>);
    let answer = app.oneshot(request).await.expect("it answers");
    answer.status().as_u16()
}

#[tokio::test]
async fn the_page_of_the_outbox_is_for_this_machine_alone() {
    let folder = TempDir::new().expect("there is room for a folder");
    let outbox = |config: &mut Config| config.mail_outbox = Some(folder.path().join("outbox"));
    let server = Server::start_with(outbox).await;
    let (here, v11) = ("127.0.0.1:40000", Version::HTTP_11);
    for peer in [here, "[::1]:40000", "[::ffff:127.0.0.1]:40000"] {
        assert_eq!(page(&server, peer, &[], v11).await, 200, "{peer}");
    }
    for peer in ["10.0.0.7:40000", "[2001:db8::1]:40000"] {
        assert_eq!(page(&server, peer, &[], v11).await, 404, "{peer}");
    }
    for header in [
        ("forwarded", "for=203.0.113.7"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "203.0.113.7"),
        ("via", "1.1 proxy"),
        ("host", "api.example.com"),
    ] {
        let status = page(&server, here, &[header], v11).await;
        assert_eq!(status, 404, "{header:?}");
    }
    let status = page(&server, here, &[], Version::HTTP_10).await;
    assert_eq!(status, 404, "a proxy that says nothing of itself");

    for (api, website) in [
        ("https://api.example.com", "https://example.com"),
        ("http://localhost:3001", "https://example.com"),
    ] {
        let server = Server::start_with(|config| {
            outbox(config);
            config.app_info = app_info(api, website);
        })
        .await;
        assert_eq!(page(&server, here, &[], v11).await, 404, "{api} {website}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn mails_in_the_outbox_belong_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("kept").join("outbox");
    let server = Server::start_with(|config| config.mail_outbox = Some(path.clone())).await;
    ask_for_link(&server).await;
    server.auth.mail().drained().await;
    let mode = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode(&path), 0o700);
    let file = std::fs::read_dir(&path).expect("it was made").next();
    let file = file.expect("a mail").expect("it can be listed").path();
    assert_eq!(mode(&file), 0o600);
}
