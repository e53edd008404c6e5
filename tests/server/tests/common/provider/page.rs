//! The page of a website that signs users in through a provider.

use serde_json::{Value, json};
use url::Url;

use super::super::{Exchange, Server};
use super::Provider;

pub(crate) const URL: &str = "/auth/authorisationurl";
pub(crate) const SIGN_IN_UP: &str = "/auth/signinup";
/// The page to which users come back.
pub(crate) const PAGE: &str = "http://localhost:3000/auth/callback/example";

/// A sign-in that has begun.
pub(crate) struct Begun {
    pub(crate) url: Url,
    pub(crate) verifier: Option<String>,
}

impl Begun {
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

/// Begins a sign-in.
pub(crate) async fn begin(server: &Server) -> Begun {
    let answer = ask_url(server, "example", PAGE).await;
    let json = answer.json();
    let url = json["urlWithQueryParams"].as_str();
    let url = url.unwrap_or_else(|| panic!("{answer}"));
    Begun {
        url: Url::parse(url).expect("it is a URL"),
        verifier: json["pkceCodeVerifier"].as_str().map(str::to_owned),
    }
}

pub(crate) async fn ask_url(server: &Server, id: &str, page: &str) -> Exchange {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("thirdPartyId", id)
        .append_pair("redirectURIOnProviderDashboard", page)
        .finish();
    server.get(&format!("{URL}?{query}")).send().await
}

/// The body with which a page comes back.
pub(crate) fn body(begun: &Begun, code: &str) -> Value {
    let mut info = json!({
        "redirectURIOnProviderDashboard": PAGE,
        "redirectURIQueryParams": {"code": code, "state": "of the page"},
    });
    if let Some(verifier) = &begun.verifier {
        info["pkceCodeVerifier"] = json!(verifier);
    }
    json!({"thirdPartyId": "example", "redirectURIInfo": info})
}

pub(crate) async fn finish(server: &Server, body: &Value) -> Exchange {
    let ask = server.post(SIGN_IN_UP).header("st-auth-mode", "header");
    ask.json(body).await
}

/// A whole sign-in.
pub(crate) async fn sign_in(server: &Server, provider: &Provider) -> Exchange {
    let begun = begin(server).await;
    let code = provider.agree(&begun);
    finish(server, &body(&begun, &code)).await
}
