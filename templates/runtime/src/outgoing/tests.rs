//! Against servers on this machine.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server on this machine that answers each connection with these bytes after a while.
async fn answering(bytes: Vec<u8>, after: Duration) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                tokio::time::sleep(after).await;
                let _ = stream.write_all(&bytes).await;
            });
        }
    });
    url(&format!("http://{address}/document"))
}

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn outgoing(reach: Reach) -> Outgoing {
    Outgoing::new(reach).expect("the library works")
}

async fn get(reach: Reach, url: &Url) -> Result<OutgoingAnswer, OutgoingError> {
    outgoing(reach).get(url, HeaderMap::new()).await
}

#[tokio::test]
async fn an_answer_is_read_whatever_its_status_and_no_redirect_is_followed() {
    let there =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 2\r\n\r\nok";
    let url = answering(there.to_vec(), Duration::ZERO).await;
    let answer = get(Reach::Loopback, &url).await.expect("it is answered");
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(&answer.body[..], b"ok");
}

#[tokio::test]
async fn this_machine_and_private_networks_are_out_of_reach_unless_they_are_allowed() {
    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let there = answering(ok.to_vec(), Duration::ZERO).await;
    let port = there.port().expect("it has one");
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        for scheme in ["http", "https"] {
            let refused = get(Reach::Public, &url(&format!("{scheme}://{host}:{port}/"))).await;
            let error = refused.expect_err(host);
            assert!(
                matches!(error, OutgoingError::NotAllowed(_)),
                "{host}: {error}"
            );
        }
    }
    for host in ["10.0.0.1", "169.254.169.254", "[fd00::1]", "0.0.0.0"] {
        let refused = get(Reach::Loopback, &url(&format!("http://{host}/"))).await;
        let error = refused.expect_err(host);
        assert!(
            matches!(error, OutgoingError::NotAllowed(_)),
            "{host}: {error}"
        );
    }
    for host in ["127.0.0.1", "localhost"] {
        let url = url(&format!("http://{host}:{port}/"));
        let answer = get(Reach::Loopback, &url).await.expect(host);
        assert_eq!(answer.status, StatusCode::OK);
    }
    let with_user = url(&format!("http://user@127.0.0.1:{port}/"));
    assert!(get(Reach::Loopback, &with_user).await.is_err());
    let file = url("file:///etc/passwd");
    assert!(get(Reach::Private, &file).await.is_err());
}

#[tokio::test]
async fn a_slow_host_a_dead_one_and_a_large_answer_are_given_up() {
    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let slow = answering(ok.to_vec(), Duration::from_secs(60)).await;
    let impatient = outgoing(Reach::Loopback).with_timeout(Duration::from_millis(100));
    let error = impatient.get(&slow, HeaderMap::new()).await;
    let error = error.expect_err("it is slow");
    assert_eq!(error, OutgoingError::TimedOut("127.0.0.1".to_owned()));

    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        url(&format!("http://{address}/"))
    };
    let error = get(Reach::Loopback, &dead).await.expect_err("it is dead");
    assert!(matches!(error, OutgoingError::Failed(_)), "{error}");

    let size = ANSWER_BYTES + 1;
    let mut large = format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n").into_bytes();
    large.extend(vec![b'x'; size]);
    let large = answering(large, Duration::ZERO).await;
    let error = get(Reach::Loopback, &large).await.expect_err("it is large");
    assert_eq!(error, OutgoingError::TooLarge("127.0.0.1".to_owned()));
}

#[tokio::test]
async fn a_form_is_sent_as_one_and_its_answer_read() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("it is asked");
        let mut request = Vec::new();
        while !request.ends_with(b"b=c%26d") {
            let read = stream.read_buf(&mut request).await.expect("it is sent");
            assert_ne!(read, 0, "{request:?}");
        }
        let answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer).await.expect("it is read");
        String::from_utf8(request).expect("it is text")
    });
    let url = url(&format!("http://{address}/token"));
    let fields = [("a", "x y"), ("b", "c&d")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let answer = outgoing(Reach::Loopback)
        .post_form(&url, HeaderMap::new(), &fields)
        .await
        .expect("it is answered");
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(&answer.body[..], b"{}");
    let request = seen.await.expect("it was asked");
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\na=x+y&b=c%26d"), "{request}");
    let form = "content-type: application/x-www-form-urlencoded";
    assert!(request.contains(form), "{request}");
}

#[tokio::test]
async fn there_are_so_many_exchanges_at_once() {
    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let url = answering(ok.to_vec(), Duration::ZERO).await;
    let outgoing = outgoing(Reach::Loopback);
    let all = outgoing.at_once.clone();
    let taken = all.try_acquire_many(64).expect("none goes on");
    let error = outgoing.get(&url, HeaderMap::new()).await;
    assert_eq!(error.expect_err("all are taken"), OutgoingError::Busy);
    drop(taken);
    outgoing
        .get(&url, HeaderMap::new())
        .await
        .expect("it is answered");
}
