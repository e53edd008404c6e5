//! An application whose methods answer what they take.

use auth_server::api::custom::MembersOperations;
use auth_server::api::custom::members::SetMottoParams;
use auth_server::api::models::*;
use auth_server::testing::TestServer;
use auth_server::{Call, Endpoints, Error, async_trait};

struct Members;

/// The member that is stored: it gets an id, and its secrets are in no answer.
fn stored(member: MemberRequest) -> Member {
    let login = match member.login {
        LoginRequest::PinLogin { .. } => Login::pin_login(),
        LoginRequest::KeyLogin { key } => Login::key_login(key, "ab:cd".to_owned()),
    };
    let mut stored = Member::new("m1".to_owned(), member.email, login);
    stored.address = member.address;
    stored.manager = member
        .manager
        .map(|manager| manager.map(|manager| Box::new(self::stored(*manager))));
    let all = |members: Vec<MemberRequest>| members.into_iter().map(self::stored).collect();
    stored.friends = member.friends.map(all);
    stored.by_role = member.by_role.map(|members| {
        let members = members.into_iter();
        members
            .map(|(role, member)| (role, self::stored(member)))
            .collect()
    });
    stored
}

#[async_trait]
impl MembersOperations for Members {
    async fn add_member(
        &self,
        _call: &mut Call,
        body: MemberRequest,
    ) -> Result<AddMemberResponse, Error> {
        let text = format!("{body:?}");
        Ok(AddMemberResponse::ok(text, stored(body)))
    }

    async fn change_profile(
        &self,
        _call: &mut Call,
        body: Profile,
    ) -> Result<ChangeProfileResponse, Error> {
        Ok(ChangeProfileResponse::ok(format!("{body:?}"), body))
    }

    async fn set_motto(
        &self,
        _call: &mut Call,
        params: SetMottoParams,
        body: Option<Motto>,
    ) -> Result<SetMottoResponse, Error> {
        let words = |words: String| Some(Motto::new(words));
        Ok(SetMottoResponse::Ok(match body {
            Some(motto) if motto.words == "params" => words(format!("{params:?}")),
            other => other,
        }))
    }

    async fn set_labels(
        &self,
        _call: &mut Call,
        body: LabelsRequest,
    ) -> Result<SetLabelsResponse, Error> {
        let mut labels = Labels::new("the server".to_owned());
        labels.title = body.title;
        labels.rest = body.rest;
        Ok(SetLabelsResponse::Ok(labels))
    }
}

/// A server with these methods.
pub(crate) async fn server() -> TestServer {
    TestServer::start(|auth| auth_server::router(auth, Endpoints::new().members(Members))).await
}
