use std::sync::{Mutex, PoisonError};

use auth_server::api::custom::InvitationsOperations;
use auth_server::api::models::*;
use auth_server::{Auth, Call, Endpoints, Error, Session, async_trait};
use axum::Router;

/// The application's own state: a list in memory here, a database elsewhere.
#[derive(Default)]
pub struct Invitations {
    all: Mutex<Vec<Invitation>>,
}

/// How many people a user may invite.
const LIMIT: usize = 2;

#[async_trait]
impl InvitationsOperations for Invitations {
    async fn create_invitation(
        &self,
        _call: &mut Call,
        session: Session,
        body: CreateInvitationRequest,
    ) -> Result<CreateInvitationResponse, Error> {
        // A refusal that the description documents is an answer …
        if !body.email.contains('@') {
            let reason = "This is no email address.".to_owned();
            return Ok(CreateInvitationResponse::invalid_address_error(reason));
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.iter().filter(|one| one.invited_by == session.user_id);
        if own.count() == LIMIT {
            return Ok(CreateInvitationResponse::team_full_error());
        }
        // … and all else an error: the cause of an internal one is logged, and the client sees a plain 500.
        let number = u32::try_from(all.len()).map_err(Error::internal)?;
        let code = format!("team-{number}");
        let invitation = Invitation::new(code, body.email, session.user_id.clone());
        all.push(invitation.clone());
        Ok(CreateInvitationResponse::ok(invitation))
    }

    async fn list_invitations(
        &self,
        _call: &mut Call,
        session: Session,
    ) -> Result<ListInvitationsResponse, Error> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.iter().filter(|one| one.invited_by == session.user_id);
        Ok(ListInvitationsResponse::ok(own.cloned().collect()))
    }
}

/// The application, for `main` and for tests.
pub fn app(auth: Auth) -> Router {
    let endpoints = Endpoints::new().invitations(Invitations::default());
    Router::new().layer(auth_server::layer(auth, endpoints))
}

#[tokio::test]
async fn a_user_invites_and_sees_only_their_own_invitations() {
    let server = auth_server::testing::TestServer::start(app).await;
    let (ana, bea) = (server.sign_in("ana").await, server.sign_in("bea").await);
    let body = serde_json::json!({ "email": "carl@example.com" });
    let created = server.post("/auth/invitations", Some(&ana), &body).await;
    assert_eq!(created.json()["invitation"]["invitedBy"], "ana");

    let wrong = serde_json::json!({ "email": "carl" });
    let refused = server.post("/auth/invitations", Some(&ana), &wrong).await;
    assert_eq!(refused.json()["status"], "INVALID_ADDRESS_ERROR");

    let count = async |user| {
        let listed = server.get("/auth/invitations", Some(user)).await.json();
        listed["invitations"].as_array().map(Vec::len)
    };
    assert_eq!((count(&ana).await, count(&bea).await), (Some(1), Some(0)));
    assert_eq!(server.get("/auth/invitations", None).await.status, 401);
}
