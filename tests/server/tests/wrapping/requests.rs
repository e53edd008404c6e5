//! What a wrap reads of a request, and what it puts in its place.

use std::sync::{Arc, Mutex};

use auth_server::auth::AuthBuilder;
use auth_server::recipes::email_password::{FormField, SignUp};
use auth_server::recipes::passwordless::{CodeOrLink, ConsumeCode, CreateCode, CreateCodeRequest};
use auth_server::recipes::third_party::{Given, SignInUp};
use auth_server::{Call, Error, Next, Wrap, async_trait};
use serde_json::json;

use super::common::codes::{Attempt, CREATE, sent_code};
use super::common::form;
use super::common::provider::{PAGE, Provider, begin, body, finish};
use super::start;

/// Puts its name before the address.
struct Named(&'static str);

#[async_trait]
impl Wrap<SignUp> for Named {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignUp>) -> Result<SignUp, Error> {
        let mut request = next.request(call)?;
        request.email = format!("{}{}", self.0, request.email);
        next.run_with(call, request).await
    }
}

#[tokio::test]
async fn the_first_wrap_stands_outermost_and_the_behaviour_sees_the_changed_request() {
    let server = start(|builder| builder.wrap(Named("outer.")).wrap(Named("inner."))).await;
    let answer = server.ana("header").await;
    assert_eq!(
        answer.json()["user"]["emails"],
        json!(["inner.outer.ana@ex.co"])
    );
    // A request that is not built as documented fails as it does without a wrap.
    let missing = server.post("/auth/signup").json(&json!({})).await;
    let expected = r#"400 {"message":"Missing input param: formFields"}"#;
    assert_eq!(missing.brief(), expected);
}

/// Fills a request with values that no client may send.
struct Careless;

#[async_trait]
impl Wrap<SignUp> for Careless {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignUp>) -> Result<SignUp, Error> {
        let mut request = next.request(call)?;
        assert_eq!(request.form_fields["age"], 7, "any type that JSON has");
        assert_eq!(request.password, "passw0rd");
        let shown = format!("{request:?}");
        assert!(!shown.contains("passw0rd"), "{shown}");
        request.email = "no address".to_owned();
        request.password = "short".to_owned();
        request.form_fields.remove("name");
        next.run_with(call, request).await
    }
}

#[tokio::test]
async fn what_a_wrap_puts_into_a_request_is_judged_like_what_a_client_sends() {
    let fields = |builder: AuthBuilder| builder.form_field(FormField::new("name"));
    let server = start(|builder| fields(builder).wrap(Careless)).await;
    let mut form = form("ana@ex.co", "passw0rd");
    let more = form["formFields"].as_array_mut().expect("a list");
    more.push(json!({"id": "age", "value": 7}));
    let answer = server.post("/auth/signup").json(&form).await;
    assert_eq!(answer.json()["status"], "FIELD_ERROR");
    let refused: Vec<_> = answer.json()["formFields"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|field| field["id"].clone())
        .collect();
    assert_eq!(refused, ["name", "password", "email"]);
}

/// What the operations of signing in without a password read, as a wrap sees it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn note(&self, what: String) {
        self.0.lock().expect("no test panics with it").push(what);
    }
}

#[async_trait]
impl Wrap<CreateCode> for Seen {
    async fn wrap(&self, call: &mut Call, next: Next<'_, CreateCode>) -> Result<CreateCode, Error> {
        let CreateCodeRequest::Email(email) = next.request(call)? else {
            return Err(Error::bad_input("an address, please"));
        };
        self.note(email.clone());
        let request = CreateCodeRequest::Email(email.replace("@old.", "@"));
        next.run_with(call, request).await
    }
}

#[async_trait]
impl Wrap<ConsumeCode> for Seen {
    async fn wrap(
        &self,
        call: &mut Call,
        next: Next<'_, ConsumeCode>,
    ) -> Result<ConsumeCode, Error> {
        let request = next.request(call)?;
        let shown = format!("{request:?}");
        if let CodeOrLink::Code {
            device_id,
            user_input_code,
        } = &request.presented
        {
            assert!(!shown.contains(device_id) && !shown.contains(user_input_code));
            self.note(user_input_code.clone());
        }
        next.run(call).await
    }
}

#[tokio::test]
async fn a_sign_in_without_a_password_has_typed_requests() {
    let seen = Seen::default();
    let server = start(|builder| {
        let builder = builder.wrap::<CreateCode>(seen.clone());
        builder.wrap::<ConsumeCode>(seen.clone())
    })
    .await;
    let attempt = Attempt::start(&server, "ana@old.ex.co").await;
    let code = sent_code(&server).await;
    let answer = attempt.with_code(&server, &code).await;
    assert_eq!(answer.json()["user"]["emails"], json!(["ana@ex.co"]));
    let both = server.post(CREATE).json(&json!({})).await;
    assert_eq!(both.status, 400, "{both}");
    let kept = seen.0.lock().expect("no test panics with it").clone();
    assert_eq!(kept, ["ana@old.ex.co".to_owned(), code]);
}

/// Lets users of one provider in, and takes the page of another one for theirs.
struct OneProvider;

#[async_trait]
impl Wrap<SignInUp> for OneProvider {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignInUp>) -> Result<SignInUp, Error> {
        let mut request = next.request(call)?;
        match &mut request.given {
            Given::Redirect { uri, query, .. } => {
                assert_eq!((uri.as_str(), &query["code"]), (PAGE, &json!("c0de")));
                *uri = "https://evil.example/".to_owned();
            }
            Given::Tokens(_) => return Err(Error::General("Please use the page.".to_owned())),
        }
        next.run_with(call, request).await
    }
}

#[tokio::test]
async fn a_sign_in_through_a_provider_has_a_typed_request() {
    let provider = Provider::start().await;
    let build = |builder: AuthBuilder| builder.wrap(OneProvider);
    let settings = provider.settings();
    let server = provider.server_extended(&settings, |_| {}, build).await;
    let begun = begin(&server).await;
    let answer = finish(&server, &body(&begun, "c0de")).await;
    let expected = "the redirectURIOnProviderDashboard is none of the website";
    assert_eq!(answer.json()["message"], expected);
    let tokens = json!({"thirdPartyId": "example", "oAuthTokens": {"id_token": "a.b.c"}});
    let answer = finish(&server, &tokens).await;
    assert_eq!(answer.json()["message"], "Please use the page.");
}

/// The parts of the example that the guide shows.
#[test]
fn the_guide_shows_the_example_as_it_is() {
    let (guide, example) = (
        include_str!("../../../../docs/guide.md"),
        include_str!("../../../../docs/examples/wrapping.rs"),
    );
    let begin = example.find("/// Before:").expect("the first wrap");
    let end = example.find("/// After:").expect("the second one");
    let block = format!("```rust,ignore\n{}\n```\n", example[begin..end].trim_end());
    assert!(guide.contains(&block), "docs/guide.md lacks\n{block}");
}
