//! The example of the guide, unchanged, beside what is emitted once the description has optional fields that it
//! had not: `tests/changes/custom-answer-gains-optional-fields.yaml`.

extern crate self as auth_server;

#[allow(dead_code, reason = "the example does not use all of it")]
#[rustfmt::skip]
pub mod api;
/// The example of the guide.
#[path = "../own_operations/invitations.rs"]
pub mod invitations;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;

use api::models::{CreateInvitationResponse, Invitation};
use serde_json::json;
use testing::TestServer;

#[tokio::test]
async fn a_field_that_no_caller_knows_is_left_out() {
    let server = TestServer::start(invitations::app).await;
    let ana = server.sign_in("ana").await;
    let body = json!({ "email": "carl@example.com" });
    let answer = server.post("/auth/invitations", Some(&ana), &body).await;
    let invitation = json!({ "code": "team-0", "email": "carl@example.com", "invitedBy": "ana" });
    assert_eq!(
        answer.json(),
        json!({ "status": "OK", "invitation": invitation })
    );
}

#[test]
fn a_caller_that_knows_the_field_sets_it_and_no_other() {
    let invitation = Invitation {
        expires_at: Some(1),
        ..Invitation::new("team-0".to_owned(), "a@b.c".to_owned(), "ana".to_owned())
    };
    let created = CreateInvitationResponse::ok(invitation.clone()).with_remaining(2);
    let expected = CreateInvitationResponse::Ok {
        invitation,
        remaining: Some(2),
    };
    assert_eq!(created, expected);
    let full = CreateInvitationResponse::team_full_error().with_limit(5);
    let json = serde_json::to_value(&full).expect("JSON");
    assert_eq!(json, json!({ "status": "TEAM_FULL_ERROR", "limit": 5 }));
    // What an outcome does not have is not set.
    let full = CreateInvitationResponse::team_full_error();
    assert_eq!(full.clone().with_remaining(1), full);
}
