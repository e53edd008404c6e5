//! Signing in without a password, as the tests of it need it.

use serde_json::{Value, json};

use super::{Exchange, Server};

pub(crate) const CREATE: &str = "/auth/signinup/code";
pub(crate) const RESEND: &str = "/auth/signinup/code/resend";
pub(crate) const CONSUME: &str = "/auth/signinup/code/consume";
pub(crate) const OK: &str = r#"200 {"status":"OK"}"#;
pub(crate) const RESTART: &str = r#"200 {"status":"RESTART_FLOW_ERROR"}"#;
pub(crate) const LINK: &str = "http://localhost:3000/auth/verify?preAuthSessionId=";

/// An attempt to sign in.
pub(crate) struct Attempt {
    pub(crate) device_id: String,
    pub(crate) pre_auth_session_id: String,
}

/// What a message holds.
pub(crate) struct Sent {
    pub(crate) code: Option<String>,
    pub(crate) link_code: Option<String>,
}

/// An answer with a count of wrong codes.
pub(crate) fn counted(status: &str, count: i64) -> String {
    let status = format!("{status}_USER_INPUT_CODE_ERROR");
    format!(
        r#"200 {{"status":"{status}","failedCodeInputAttemptCount":{count},"maximumCodeInputAttempts":5}}"#
    )
}

impl Attempt {
    pub(crate) fn of(answer: &Exchange) -> Self {
        let json = answer.json();
        let text = |key: &str| {
            let value = json[key].as_str();
            value.unwrap_or_else(|| panic!("{answer}")).to_owned()
        };
        Self {
            device_id: text("deviceId"),
            pre_auth_session_id: text("preAuthSessionId"),
        }
    }

    /// With an address, or with a phone number.
    pub(crate) async fn start(server: &Server, contact: &str) -> Self {
        let key = if contact.contains('@') {
            "email"
        } else {
            "phoneNumber"
        };
        let answer = server.post(CREATE).json(&json!({ key: contact })).await;
        Self::of(&answer)
    }

    pub(crate) async fn resend(&self, server: &Server) -> String {
        let body =
            json!({"deviceId": self.device_id, "preAuthSessionId": self.pre_auth_session_id});
        server.post(RESEND).json(&body).await.brief()
    }

    pub(crate) async fn with_code(&self, server: &Server, code: &str) -> Exchange {
        consume(server, &self.body_with_code(code)).await
    }

    pub(crate) fn body_with_code(&self, code: &str) -> Value {
        json!({
            "preAuthSessionId": self.pre_auth_session_id,
            "deviceId": self.device_id,
            "userInputCode": code,
        })
    }

    pub(crate) async fn with_link(&self, server: &Server, link_code: &str) -> Exchange {
        let body = json!({"preAuthSessionId": self.pre_auth_session_id, "linkCode": link_code});
        consume(server, &body).await
    }
}

pub(crate) async fn consume(server: &Server, body: &Value) -> Exchange {
    let ask = server.post(CONSUME).header("st-auth-mode", "header");
    ask.json(body).await
}

/// What the latest message holds.
pub(crate) async fn sent(server: &Server) -> Sent {
    let mails = server.mails().await;
    read(&mails.last().expect("a mail was sent").text)
}

/// What the latest text message holds.
pub(crate) async fn sent_by_sms(server: &Server) -> Sent {
    let messages = server.text_messages().await;
    read(&messages.last().expect("a text message was sent").text)
}

/// The code of the latest text message.
pub(crate) async fn code_by_sms(server: &Server) -> String {
    sent_by_sms(server).await.code.expect("there is a code")
}

/// The code of the latest message.
pub(crate) async fn sent_code(server: &Server) -> String {
    sent(server).await.code.expect("there is a code")
}

/// The code behind the link of the latest message.
pub(crate) async fn sent_link(server: &Server) -> String {
    sent(server).await.link_code.expect("there is a link")
}

/// Another code of six digits.
pub(crate) fn wrong(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

/// Reads a message, after a look at the whole link.
fn read(text: &str) -> Sent {
    let lines = || text.lines();
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let link = lines().find(|line| line.starts_with("http"));
    let link_code = link.map(|link| {
        let rest = link.strip_prefix(LINK).expect("it leads to the website");
        let (id, link_code) = rest
            .split_once("&tenantId=public#")
            .expect("the code is in the fragment");
        assert_eq!((id.len(), link_code.len()), (43, 43), "{link}");
        link_code.to_owned()
    });
    Sent {
        // In a mail it is a line, in a text message the first word.
        code: lines()
            .find(is_code)
            .or_else(|| text.split(' ').next().filter(is_code))
            .map(str::to_owned),
        link_code,
    }
}
