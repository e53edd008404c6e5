//! The development outbox: its files, its page, and to whom the page is served.

use std::net::SocketAddr;

use auth_server::Config;
use auth_server::delivery::Message;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Version};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::common::{app_info, shown};

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
            .contains("No message yet.")
    );
    ask_for_link(&server).await;

    let files: Vec<_> = std::fs::read_dir(&path).expect("it was made").collect();
    let file = files[0].as_ref().expect("it can be listed").path();
    let raw = std::fs::read_to_string(&file).expect("it can be read");
    assert_eq!((files.len(), file.extension()), (1, Some("eml".as_ref())));
    let recent = server.auth.dev_outbox().expect("there is one").recent();
    let Message::Mail(mail) = &recent[0].message else {
        panic!("{recent:?}");
    };
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

/// What the pages of outbox and samples answer to a request as the server sees it.
async fn page(server: &Server, peer: &str, headers: &[(&str, &str)], version: Version) -> u16 {
    let outbox = page_at("/dev/outbox", server, peer, headers, version).await;
    let samples = page_at("/dev/messages", server, peer, headers, version).await;
    assert_eq!(outbox, samples, "{peer} {headers:?}");
    outbox
}

async fn page_at(
    path: &str,
    server: &Server,
    peer: &str,
    headers: &[(&str, &str)],
    version: Version,
) -> u16 {
    let peer: SocketAddr = peer.parse().expect("it is an address");
    let mut request = Request::get(path).version(version);
    request = request.extension(ConnectInfo(peer));
    if headers.iter().all(|(name, _)| *name != "host") {
        request = request.header("host", "localhost:3001");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("it is a request");
    let app = auth_server::router(server.auth.clone(), Endpoints::new());
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

#[tokio::test]
async fn the_page_of_samples_shows_every_text_by_the_files_as_they_are_now() {
    let folder = TempDir::new().expect("there is room for a folder");
    let texts = folder.path().join("texts");
    std::fs::create_dir(&texts).expect("there is room for a folder");
    let server = Server::start_with(|config| {
        config.mail_outbox = Some(folder.path().join("outbox"));
        config.message_templates = Some(texts.clone());
    })
    .await;
    let body = async || server.get("/dev/messages").send().await.body;
    let page = body().await;
    for kind in ["password-reset", "password-changed", "email-verification"] {
        for language in ["en", "de", "fr", "es", "ja"] {
            let title = format!("<h2>{kind}.{language}.txt</h2>");
            assert_eq!(page.matches(&title).count(), 1, "{title}");
        }
    }
    // With a link, with a code, and with both.
    for kind in ["passwordless-login", "passwordless-login-sms"] {
        assert_eq!(page.matches(&format!("<h2>{kind}.en.txt</h2>")).count(), 3);
    }
    assert_eq!(page.matches("<iframe sandbox ").count(), 30);
    let file = texts.join("password-reset.en.txt");
    std::fs::write(&file, "Subject: Ours <now>\n\n{{ app_name }}\n").expect("written");
    assert!(body().await.contains("<p>Ours &lt;now&gt;</p>"));
    std::fs::write(&file, "Subject: Ours\n\n{{ nme }}\n").expect("written");
    let page = body().await;
    assert!(
        page.contains("password-reset.en.txt:3: undefined value"),
        "{page}"
    );
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
