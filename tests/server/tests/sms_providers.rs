//! The services that send text messages: the exact request that each gets, and what its answers mean.

mod common;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use auth_server::delivery::SmsProvider;
use auth_server::recipes::passwordless::{ContactMethod, FlowType};
use aws_lc_rs::{digest, hmac};
use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::Server;
use common::codes::Attempt;
use common::sms::{SID, settings};
use http::{HeaderMap, Method, Request, Response, Uri};
use tokio::net::TcpListener;

const NUMBER: &str = "+36201234567";

/// A request that a service got.
#[derive(Clone)]
struct Received {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("{name}"));
        value.to_str().expect("text")
    }

    fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }
}

/// A service on this machine, which gives the answers that a test wants, and then accepts.
#[derive(Clone, Default)]
struct Service {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

impl Service {
    async fn start(answers: &[(u16, &'static str)]) -> (Self, String) {
        let service = Self::default();
        *service.answers.lock().expect("a lock") = answers.iter().copied().collect();
        let shared = service.clone();
        let app =
            Router::new().fallback(move |request: Request<Body>| shared.clone().take(request));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(auth_server::serve(listener, app, std::future::pending()));
        (service, url)
    }

    async fn take(self, request: Request<Body>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        let received = Received {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        };
        self.received.lock().expect("a lock").push(received);
        let answer = self.answers.lock().expect("a lock").pop_front();
        let (status, body) = answer.unwrap_or((201, "{}"));
        Response::builder()
            .status(status)
            // For an answer that leads elsewhere.
            .header("location", "/elsewhere")
            .body(Body::from(body))
            .expect("an answer")
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().expect("a lock").clone()
    }
}

/// A server that sends codes through a service.
async fn start(provider: SmsProvider, answers: &[(u16, &'static str)]) -> (Server, Service) {
    let (service, url) = Service::start(answers).await;
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        FlowType::Code.set(config);
        config.sms = Some(settings(provider, url));
    })
    .await;
    (server, service)
}

/// Signs in with the code of the latest message.
async fn sign_in(server: &Server, attempt: &Attempt, text: &str) {
    let code = text.split(' ').next().expect("a code");
    let answer = attempt.with_code(server, code).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
}

#[tokio::test]
async fn a_webhook_gets_a_signed_message() {
    let (server, service) = start(SmsProvider::Webhook, &[(503, "")]).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    server.clock.advance(5_000);
    server.auth.mail().drained().await;
    let received = service.received();
    assert_eq!(received.len(), 2);
    // One message has one id, however often it is tried.
    assert_eq!(
        received[0].header("webhook-id"),
        received[1].header("webhook-id")
    );
    let request = &received[1];
    assert_eq!((&request.method, request.uri.path()), (&Method::POST, "/"));
    assert_eq!(request.header("content-type"), "application/json");
    let (id, seconds) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    assert!(seconds.parse::<u64>().expect("a time") > 1_700_000_000);
    let key = STANDARD
        .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .expect("base64");
    let content = format!("{id}.{seconds}.{}", request.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), content.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(tag));
    assert_eq!(request.header("webhook-signature"), expected);
    let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body["type"], "sms.send");
    assert_eq!(body["data"]["to"], NUMBER);
    assert_eq!(body["data"]["tenantId"], "public");
    let text = body["data"]["text"].as_str().expect("a text");
    sign_in(&server, &attempt, text).await;
}

#[tokio::test]
async fn twilio_gets_what_its_api_asks_for() {
    let (server, service) = start(SmsProvider::Twilio, &[]).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    let received = service.received();
    assert_eq!(received.len(), 1);
    let request = &received[0];
    assert_eq!(request.method, Method::POST);
    let path = format!("/2010-04-01/Accounts/{SID}/Messages.json");
    assert_eq!(request.uri.path(), path);
    let pair = STANDARD.encode(format!("{SID}:twilio-token"));
    assert_eq!(request.header("authorization"), format!("Basic {pair}"));
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(request.header("content-type"), kind);
    let form = request.form();
    let keys: Vec<&str> = form.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["To", "From", "Body"]);
    assert_eq!(
        (form[0].1.as_str(), form[1].1.as_str()),
        (NUMBER, "+15005550006")
    );
    assert!(
        request
            .body
            .starts_with("To=%2B36201234567&From=%2B15005550006&Body=")
    );
    sign_in(&server, &attempt, &form[2].1).await;
}

#[tokio::test]
async fn a_messaging_service_of_twilio_is_named_as_one() {
    let (service, url) = Service::start(&[]).await;
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        let mut settings = settings(SmsProvider::Twilio, url);
        settings.from = "MG0123456789abcdef0123456789abcdef".to_owned();
        config.sms = Some(settings);
    })
    .await;
    Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    let form = service.received()[0].form();
    assert_eq!(form[1].0, "MessagingServiceSid");
}

fn sha256_hex(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

#[tokio::test]
async fn aws_gets_a_request_whose_signature_it_can_verify() {
    let (server, service) = start(SmsProvider::Sns, &[]).await;
    let attempt = Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    let received = service.received();
    assert_eq!(received.len(), 1);
    let request = &received[0];
    assert_eq!((&request.method, request.uri.path()), (&Method::POST, "/"));
    let form = request.form();
    let fixed: Vec<(&str, &str)> = form
        .iter()
        .filter(|(key, _)| key != "Message")
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        fixed,
        [
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("PhoneNumber", NUMBER),
            ("MessageAttributes.entry.1.Name", "AWS.SNS.SMS.SMSType"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            (
                "MessageAttributes.entry.1.Value.StringValue",
                "Transactional"
            ),
            ("MessageAttributes.entry.2.Name", "AWS.SNS.SMS.SenderID"),
            ("MessageAttributes.entry.2.Value.DataType", "String"),
            ("MessageAttributes.entry.2.Value.StringValue", "Shop"),
        ]
    );
    // The signature, computed from what arrived ("Create a signed AWS API request").
    let authorization = request.header("authorization");
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}=")).expect(name);
        rest.split(',').next().expect(name).trim()
    };
    let time = request.header("x-amz-date");
    let scope = format!("{}/eu-central-1/sns/aws4_request", &time[..8]);
    assert_eq!(field("Credential"), format!("AKIAIOSFODNN7EXAMPLE/{scope}"));
    let signed = field("SignedHeaders");
    assert!(signed.split(';').any(|name| name == "host"), "{signed}");
    let headers: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", request.header(name).trim()))
        .collect();
    let canonical = format!(
        "POST\n/\n\n{headers}\n{signed}\n{}",
        sha256_hex(&request.body)
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        sha256_hex(&canonical)
    );
    let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+EXAMPLEKEY".to_vec();
    for part in [&time[..8], "eu-central-1", "sns", "aws4_request"] {
        key = sign(&key, part);
    }
    assert_eq!(field("Signature"), hex(&sign(&key, &to_sign)));
    let message = form.iter().find(|(key, _)| key == "Message");
    sign_in(&server, &attempt, &message.expect("a message").1).await;
}

/// How many text messages had this outcome.
fn count(server: &Server, outcome: &str) -> u32 {
    let metrics = server.auth.metrics().text().expect("there are metrics");
    let name = format!("auth_text_messages_total{{outcome=\"{outcome}\"}}");
    let line = metrics.lines().find(|line| line.starts_with(&name));
    let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    value.unwrap_or_else(|| panic!("{metrics}"))
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_is_final_is_not() {
    const THROTTLED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
        <Message>Rate exceeded</Message></Error></ErrorResponse>";
    const INVALID: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code>\
        <Message>Invalid parameter: PhoneNumber</Message></Error></ErrorResponse>";
    const NO_SUCH_NUMBER: &str =
        r#"{"code":21211,"message":"Invalid 'To' Phone Number: +3620123XXXX","status":400}"#;
    const TOO_MANY: &str = r#"{"code":20429,"message":"Too Many Requests","status":429}"#;
    const AUTHENTICATE: &str = r#"{"code":20003,"message":"Authenticate","status":401}"#;
    for (provider, answer, may_pass) in [
        (SmsProvider::Twilio, (429, TOO_MANY), true),
        (SmsProvider::Twilio, (500, "oops"), true),
        (SmsProvider::Twilio, (503, ""), true),
        (SmsProvider::Twilio, (400, NO_SUCH_NUMBER), false),
        (SmsProvider::Twilio, (401, AUTHENTICATE), false),
        (SmsProvider::Sns, (400, THROTTLED), true),
        (SmsProvider::Sns, (500, ""), true),
        (SmsProvider::Sns, (400, INVALID), false),
        (SmsProvider::Sns, (403, ""), false),
        (SmsProvider::Webhook, (408, ""), true),
        (SmsProvider::Webhook, (404, ""), false),
        // No redirect is followed.
        (SmsProvider::Webhook, (307, ""), false),
    ] {
        let (server, service) = start(provider, &[answer]).await;
        Attempt::start(&server, NUMBER).await;
        server.auth.mail().drained().await;
        assert_eq!(service.received().len(), 1);
        server.clock.advance(10_000);
        server.auth.mail().drained().await;
        let (tries, sent) = if may_pass { (2, 1) } else { (1, 0) };
        let shown = format!("{provider:?} {answer:?}");
        assert_eq!(service.received().len(), tries, "{shown}");
        assert_eq!(count(&server, "sent"), sent, "{shown}");
        assert_eq!(count(&server, "retried"), u32::from(may_pass), "{shown}");
        assert_eq!(count(&server, "failed"), u32::from(!may_pass), "{shown}");
    }
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let server = Server::start_with(|config| {
        ContactMethod::Phone.set(config);
        config.sms = Some(settings(SmsProvider::Webhook, url));
    })
    .await;
    Attempt::start(&server, NUMBER).await;
    server.auth.mail().drained().await;
    assert_eq!(
        (count(&server, "retried"), count(&server, "failed")),
        (1, 0)
    );
}
