//! Statuses: one code, a class of them, and what is left.

use serde_json::json;

use crate::reports;

#[tokio::test]
async fn a_class_is_answered_with_the_status_that_the_method_names() {
    let server = reports::server().await;
    for (status, media_type, body) in [
        (
            200,
            "application/json; charset=utf-8",
            json!({"id": "r1", "pages": 7}),
        ),
        (
            201,
            "application/json; charset=utf-8",
            json!({"id": "r1", "pages": 7}),
        ),
        (418, "application/problem+json", json!({"title": "no"})),
        (502, "application/json; charset=utf-8", json!(["odd"])),
    ] {
        let answer = server.get(&format!("/auth/reports/{status}"), None).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.headers["content-type"], media_type, "{status}");
        assert_eq!(answer.json(), body, "{status}");
        assert_eq!(answer.headers["x-pages"], "7", "{status}");
    }
}

#[tokio::test]
async fn a_status_with_an_answer_of_its_own_has_that() {
    let server = reports::server().await;
    let answer = server.get("/auth/reports/404", None).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (404, ""));
    let answer = server.get("/auth/reports/503", None).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (503, "later"));
}

#[tokio::test]
async fn a_status_that_the_description_does_not_have_is_an_error_of_the_server() {
    let server = reports::server().await;
    // 404 by the variant of its class; 204, which has no body; 302, since `default` is an error.
    for state in [1404, 204, 302] {
        let answer = server.get(&format!("/auth/reports/{state}"), None).await;
        let wanted = (500, "Internal Server Error");
        assert_eq!((answer.status.as_u16(), answer.text()), wanted, "{state}");
    }
}

#[tokio::test]
async fn scripts_of_the_website_may_read_a_header_of_the_method() {
    let server = reports::server().await;
    let answer = server.get("/auth/reports/200", None).await;
    let exposed = answer.headers["access-control-expose-headers"].to_str();
    let exposed = exposed.expect("it is text");
    assert!(
        exposed.split(", ").any(|name| name == "x-pages"),
        "{exposed}"
    );
}
