//! An application whose methods answer what they take.

use std::time::Duration;

use auth_server::api::custom::MembersOperations;
use auth_server::api::custom::members::SetMottoParams;
use auth_server::api::models::*;
use auth_server::testing::TestServer;
use auth_server::{Call, Endpoints, Error, async_trait};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

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

/// What the same server writes for one request with a JSON body, over a socket, and then ends the connection.
pub(crate) async fn over_a_socket(line: &str, json: &str) -> String {
    let mut app = None;
    let _server = TestServer::start(|auth| {
        let router = auth_server::router(auth, Endpoints::new().members(Members));
        app.insert(router).clone()
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let app = app.expect("the server has started");
    let serving = tokio::spawn(async { axum::serve(listener, app).await });
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    let length = json.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: localhost:3001\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{json}"
    );
    socket
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = String::new();
    let read = socket.read_to_string(&mut answer);
    let read = timeout(Duration::from_secs(30), read).await;
    read.expect("it answers in time")
        .expect("it answers a text");
    serving.abort();
    answer
}

/// A server with these methods.
pub(crate) async fn server() -> TestServer {
    TestServer::start(|auth| auth_server::router(auth, Endpoints::new().members(Members))).await
}
