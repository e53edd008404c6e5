//! Bodies of other media types than JSON, in both directions.

use std::time::Duration;

use auth_server::testing::{TestAnswer, TestServer};
use axum::body::Body;
use http::Request;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reports;

async fn ask(server: &TestServer, path: &str, accept: &str) -> TestAnswer {
    let request = Request::get(path).header("accept", accept);
    let request = request.body(Body::empty()).expect("a request");
    server.request(request).await
}

async fn send(
    server: &TestServer,
    (method, path): (&str, &str),
    media_type: &str,
    body: &[u8],
) -> TestAnswer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", media_type);
    let request = request
        .body(Body::from(body.to_owned()))
        .expect("a request");
    server.request(request).await
}

#[tokio::test]
async fn the_client_chooses_among_the_media_types_of_an_answer() {
    let server = reports::server().await;
    for accept in [
        "application/json",
        "*/*",
        "image/png",
        "text/csv;q=0.5, */*",
    ] {
        let answer = ask(&server, "/auth/reports", accept).await;
        assert_eq!(answer.json()[0]["id"], "r1", "{accept}");
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=utf-8"
        );
    }
    for accept in ["text/csv", "text/*, application/json;q=0.9"] {
        let answer = ask(&server, "/auth/reports", accept).await;
        assert_eq!(answer.text(), "id\nr1\n", "{accept}");
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        let vary = answer.headers.get_all("vary").iter();
        assert!(
            vary.into_iter().any(|value| value == "accept"),
            "RFC 9110 §12.5.5"
        );
    }
}

#[tokio::test]
async fn the_media_type_of_a_body_says_what_it_is() {
    let server = reports::server().await;
    let place = ("POST", "/auth/reports");
    let answer = send(&server, place, "text/csv; charset=utf-8", b"id\nr1\nr2\n").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (201, "3"));
    let answer = send(&server, place, "application/json", b"[{\"id\":\"r1\"}]").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (201, "1"));
    let answer = send(&server, place, "text/csv", b"full").await;
    assert_eq!(answer.status.as_u16(), 500);
    assert_eq!(answer.json(), json!({"title": "the disk is full"}));
    for (media_type, body, wanted) in [
        ("text/csv", &b"\xff"[..], "UTF-8"),
        (
            "text/csv",
            b"0123456789012345678901234567890",
            "at most 30 characters",
        ),
        ("text/csv; charset=latin1", b"id", "UTF-8"),
        (
            "application/json",
            b"[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]",
            "at most 2",
        ),
        ("application/json", b"[{}]", "id"),
        ("text/plain", b"id", "`application/json`, `text/csv`"),
    ] {
        let answer = send(&server, place, media_type, body).await;
        assert_eq!(answer.status.as_u16(), 400, "{media_type} {wanted}");
        assert!(answer.text().contains(wanted), "{}", answer.text());
    }
}

#[tokio::test]
async fn bytes_arrive_and_leave_as_they_are() {
    let server = reports::server().await;
    let place = ("PUT", "/auth/reports/picture");
    let answer = send(&server, place, "image/png", b"\x89PNG\xff\0").await;
    assert_eq!(answer.bytes(), b"\x89PNG\xff\0");
    assert_eq!(answer.headers["content-type"], "image/png");
    let answer = send(&server, place, "image/png", b"empty").await;
    assert_eq!(answer.status.as_u16(), 204);
    assert!(answer.headers.get("content-type").is_none());
    let answer = send(&server, place, "image/png", b"").await;
    assert_eq!(answer.status.as_u16(), 400);
}

#[tokio::test]
async fn events_follow_each_other_until_they_end() {
    let server = reports::server().await;
    let answer = server.get("/auth/reports/changes", None).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let cache = answer.headers["cache-control"].to_str().expect("text");
    assert!(cache.contains("no-store"), "{cache}");
    assert_eq!(
        answer.text(),
        "id: 1\nevent: made\ndata: {\"id\":\"r1\"}\ndata: second line\n\n\
         id: 2\nevent: made\ndata: {\"id\":\"r2\"}\ndata: second line\n\n"
    );
    let answer = server.get("/auth/reports/changes?from=3", None).await;
    assert_eq!(answer.status.as_u16(), 409);
    assert_eq!(answer.json(), json!({"title": "too late"}));
}

#[tokio::test]
async fn events_arrive_at_once_and_end_with_their_client() {
    let (address, left) = reports::on_a_socket().await;
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET /auth/reports/changes?from=0 HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("it is sent");
    let arrives = async {
        let mut answer = Vec::new();
        while !String::from_utf8_lossy(&answer).contains("data: first\n\n") {
            let read = stream.read_buf(&mut answer).await.expect("it goes on");
            assert_ne!(read, 0, "the answer has ended");
        }
    };
    let soon = Duration::from_secs(10);
    let arrived = tokio::time::timeout(soon, arrives).await;
    arrived.expect("the event arrives while the answer goes on");
    drop(stream);
    let told = tokio::time::timeout(soon, left.notified()).await;
    told.expect("the method learns that its client has left");
}

#[tokio::test]
async fn members_that_nothing_tells_apart_are_written_as_the_method_says() {
    let server = reports::server().await;
    let answer = server.get("/auth/reports/owner", None).await;
    assert_eq!(answer.json(), json!({"age": 40}));
    let answer = server.get("/auth/reports/owner?kind=team", None).await;
    assert_eq!(answer.json(), json!({"age": "old"}));
}
