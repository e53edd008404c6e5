//! Operations of the application's own, as the guide shows them: `invitations.rs` is its example, and `api` what
//! is emitted for `auth.yaml`.

// The generated crate of the example is this test itself.
extern crate self as auth_server;

#[allow(dead_code, reason = "the example does not use all of it")]
#[rustfmt::skip]
pub mod api;
/// The example of the guide.
pub mod invitations;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;

use serde_json::json;
use testing::TestServer;

#[tokio::test]
async fn a_group_that_is_not_given_is_answered_404() {
    let server = TestServer::start(|auth| router(auth, Endpoints::new())).await;
    let ana = server.sign_in("ana").await;
    let answer = server.get("/auth/invitations", Some(&ana)).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn an_outcome_without_fields_is_its_status() {
    let server = TestServer::start(invitations::app).await;
    let ana = server.sign_in("ana").await;
    let body = json!({ "email": "carl@example.com" });
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(
            server
                .post("/auth/invitations", Some(&ana), &body)
                .await
                .json(),
        );
    }
    let invitation = json!({ "code": "team-0", "email": "carl@example.com", "invitedBy": "ana" });
    assert_eq!(
        answers[0],
        json!({ "status": "OK", "invitation": invitation })
    );
    assert_eq!(answers[2], json!({ "status": "TEAM_FULL_ERROR" }));
}

#[test]
fn the_guide_shows_the_example_as_it_is_here() {
    let guide = include_str!("../../../../docs/guide.md");
    let block = format!("```rust\n{}```\n", include_str!("invitations.rs"));
    assert!(guide.contains(&block), "docs/guide.md has another text");
}
