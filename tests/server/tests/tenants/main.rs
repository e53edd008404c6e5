//! Tenants: how they are made, what their users may do, and that what belongs to one is nothing in another.

#[path = "../common/mod.rs"]
mod common;
mod isolation;
mod login_methods;
mod managing;
mod walk;

use std::sync::atomic::{AtomicUsize, Ordering};

use auth_server::recipes::multitenancy::Tenants;
use auth_server::recipes::passwordless::ContactMethod;
use auth_server::tenant::{PUBLIC_TENANT, Tenant};
use common::provider::{PAGE, Provider};
use common::{Ask, Exchange, Server, form};
use http::Method;
use serde_json::{Map, Value, json};
use url::Url;

/// What the application's page would get with a code of a provider.
struct Begun {
    url: Url,
    verifier: Value,
}

/// A server with the tenants `public`, `one` and `two`, each with a provider of its own and with one that has the same
/// name in all of them.
struct World {
    server: Server,
    provider: Provider,
    next: AtomicUsize,
}

const TENANTS: [&str; 3] = [PUBLIC_TENANT, "one", "two"];

/// A provider of this id, as settings and tenants have it.
fn provider_of(provider: &Provider, id: &str) -> Map<String, Value> {
    let mut settings = provider.settings()[0].clone();
    settings["thirdPartyId"] = json!(id);
    settings.as_object().expect("it is an object").clone()
}

fn tenant(id: &str, first_factors: Option<&[&str]>) -> Tenant {
    let mut tenant = Tenant::new(id).expect("it can be an id");
    let factors = first_factors.map(|factors| factors.iter());
    tenant.first_factors = factors.map(|all| all.map(|factor| (*factor).to_owned()).collect());
    tenant
}

impl World {
    async fn start() -> Self {
        let provider = Provider::start().await;
        let of_settings = [
            provider_of(&provider, "of-public"),
            provider_of(&provider, "shared"),
        ];
        let settings = json!(of_settings);
        let server = provider
            .server_with(&settings, |config| ContactMethod::EmailOrPhone.set(config))
            .await;
        let world = Self {
            server,
            provider,
            next: AtomicUsize::new(0),
        };
        for id in ["one", "two"] {
            let mut tenant = tenant(id, None);
            tenant.providers = vec![
                provider_of(&world.provider, &format!("of-{id}")),
                provider_of(&world.provider, "shared"),
            ];
            let is_new = world.tenants().set(&tenant).await.expect("it is stored");
            assert!(is_new);
        }
        world
    }

    fn tenants(&self) -> Tenants<'_> {
        self.server.auth.tenants()
    }

    fn number(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// An address that has not been used.
    fn address(&self) -> String {
        format!("user{}@ex.co", self.number())
    }

    /// A phone number that has not been used.
    fn phone_number(&self) -> String {
        format!("+3620123{:04}", self.number())
    }

    fn ask(&self, method: Method, tenant: &str, path: &str) -> Ask<'_> {
        let segment = match tenant {
            PUBLIC_TENANT => String::new(),
            tenant => format!("/{tenant}"),
        };
        let ask = self.server.ask(method, &format!("/auth{segment}{path}"));
        ask.header("st-auth-mode", "header")
    }

    async fn get(&self, tenant: &str, path: &str) -> Exchange {
        self.ask(Method::GET, tenant, path).send().await
    }

    async fn post(&self, tenant: &str, path: &str, body: &Value) -> Exchange {
        self.ask(Method::POST, tenant, path).json(body).await
    }

    async fn sign_up(&self, tenant: &str, email: &str) -> Exchange {
        let body = form(email, "passw0rd");
        self.post(tenant, "/signup", &body).await
    }

    async fn sign_in(&self, tenant: &str, email: &str) -> Exchange {
        let body = form(email, "passw0rd");
        self.post(tenant, "/signin", &body).await
    }

    /// The latest mail to an address, or text message to a number.
    async fn message_to(&self, contact: &str) -> Option<String> {
        let mails = self.server.mails().await.into_iter().rev();
        let mut mails = mails.filter(|mail| mail.to.to_string() == contact);
        let mail = mails.next().map(|mail| mail.text);
        let messages = self.server.text_messages().await.into_iter().rev();
        let mut messages = messages.filter(|message| message.to.to_string() == contact);
        mail.or_else(|| messages.next().map(|message| message.text))
    }

    /// The link of that message, and what stands behind `#`.
    async fn link_to(&self, contact: &str) -> Url {
        let message = self.message_to(contact).await.expect("a message was sent");
        let link = message.lines().find(|line| line.starts_with("http"));
        Url::parse(link.expect("it has a link")).expect("it is a URL")
    }

    /// Begins a sign-in through a provider.
    async fn begin(&self, tenant: &str, id: &str) -> Result<Begun, Exchange> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("thirdPartyId", id)
            .append_pair("redirectURIOnProviderDashboard", PAGE)
            .finish();
        let path = format!("/authorisationurl?{query}");
        let answer = self.get(tenant, &path).await;
        if answer.status != 200 {
            return Err(answer);
        }
        let json = answer.json();
        let url = json["urlWithQueryParams"].as_str().expect("it is text");
        Ok(Begun {
            url: Url::parse(url).expect("it is a URL"),
            verifier: json["pkceCodeVerifier"].clone(),
        })
    }

    /// The body with which a page comes back from a provider whose user has agreed.
    fn agreed(&self, begun: Begun, id: &str) -> Value {
        let begun_there = common::provider::Begun {
            url: begun.url,
            verifier: None,
        };
        let code = self.provider.agree(&begun_there);
        json!({
            "thirdPartyId": id,
            "redirectURIInfo": {
                "redirectURIOnProviderDashboard": PAGE,
                "redirectURIQueryParams": {"code": code},
                "pkceCodeVerifier": begun.verifier,
            },
        })
    }

    /// Begins an attempt to sign in without a password.
    async fn start_code(&self, tenant: &str, contact: &str) -> Exchange {
        let key = if contact.contains('@') {
            "email"
        } else {
            "phoneNumber"
        };
        self.post(tenant, "/signinup/code", &json!({ key: contact }))
            .await
    }

    /// The bodies that present the code, and the link, of the latest message.
    async fn codes(&self, started: &Exchange, contact: &str) -> [Value; 2] {
        let message = self.message_to(contact).await.expect("a message was sent");
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        let code = message.split_whitespace().find(is_code);
        let link = self.link_to(contact).await;
        let started = started.json();
        [
            json!({
                "preAuthSessionId": started["preAuthSessionId"],
                "deviceId": started["deviceId"],
                "userInputCode": code.expect("it has a code"),
            }),
            json!({
                "preAuthSessionId": started["preAuthSessionId"],
                "linkCode": link.fragment().expect("it has a code"),
            }),
        ]
    }

    /// Signs a user in without a password.
    async fn sign_in_by_code(&self, tenant: &str, contact: &str) -> Exchange {
        let started = self.start_code(tenant, contact).await;
        let [code, _] = self.codes(&started, contact).await;
        self.post(tenant, "/signinup/code/consume", &code).await
    }
}

/// The id of the user of an answer, who is signed in.
fn user_id(answer: &Exchange) -> String {
    let json = answer.json();
    assert_eq!(json["status"], "OK", "{answer}");
    json["user"]["id"].as_str().expect("it is text").to_owned()
}

/// Whether it is the refusal of a first factor that the tenant does not allow.
fn is_refused(answer: &Exchange) -> bool {
    answer.is_end_of_session("unauthorised")
}
