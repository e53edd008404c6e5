//! The provider as a client sees it, over its socket.

use std::collections::HashMap;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use url::{Url, form_urlencoded};

use super::*;

const PAGE: &str = "http://localhost:3000/auth/callback/example";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

/// What a client knows, and the fields of its request.
struct Client {
    provider: Provider,
    address: SocketAddr,
    host: String,
}

struct Answer {
    status: String,
    head: String,
    body: String,
}

impl Client {
    fn start() -> Self {
        let provider = Provider::start().expect("a port is free");
        let host = provider.issuer.replace("http://", "");
        let address = host.parse().expect("an address");
        Self {
            provider,
            address,
            host,
        }
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        let text = http::exchange(self.address, &request);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        Answer {
            status: head.split(' ').nth(1).expect("a status").to_owned(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    /// Chooses an address on the page.
    fn choose(&self, changes: &[(&str, &str)]) -> Answer {
        let chosen = [("email", "Ada@example.com"), ("verified", "yes")];
        self.send("POST", "/authorize", "", &request(&chosen, changes))
    }

    /// A code for an address.
    fn code(&self) -> String {
        let answer = self.choose(&[]);
        answer.returned().remove("code").expect("a code")
    }

    fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("client_secret", &self.provider.secret),
            ("redirect_uri", PAGE),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.send("POST", "/token", "", &encoded(&fields, changes))
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// What the page finds in its address.
    fn returned(&self) -> HashMap<String, String> {
        assert_eq!(self.status, "303", "{}\n{}", self.head, self.body);
        let mut lines = self.head.lines();
        let location = lines.find_map(|line| line.strip_prefix("Location: "));
        let location = location.expect("it redirects");
        assert!(location.starts_with(PAGE), "{location}");
        let url = Url::parse(location).expect("a URL");
        url.query_pairs().into_owned().collect()
    }
}

/// Fields as a form has them; a change replaces a field, or adds one.
fn encoded(fields: &[(&str, &str)], changes: &[(&str, &str)]) -> String {
    let kept = fields
        .iter()
        .filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(kept.chain(changes));
    form.finish()
}

/// A right request for a sign-in, with further fields and changes.
fn request(more: &[(&str, &str)], changes: &[(&str, &str)]) -> String {
    let challenge = keys::sha256(VERIFIER);
    let fields = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", PAGE),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "of the page & <mine>"),
        ("nonce", "n"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    encoded(&[&fields[..], more].concat(), changes)
}

#[test]
fn a_user_signs_in_with_any_address_and_the_token_verifies_with_the_published_key() {
    let client = Client::start();
    let issuer = &client.provider.issuer;
    let discovery = client.get("/.well-known/openid-configuration").json();
    assert_eq!(discovery["issuer"], json!(issuer));
    let shown = client.get(&format!("/authorize?{}", request(&[], &[])));
    assert_eq!(shown.status, "200");
    assert!(
        shown
            .body
            .contains("http://localhost:3000 asks who you are.")
    );
    assert!(
        shown
            .head
            .contains("form-action 'self' http://localhost:3000;")
    );
    // No markup comes from a request.
    assert!(!shown.body.contains("<mine>"), "{}", shown.body);

    let returned = client.choose(&[]).returned();
    assert_eq!(returned["state"], "of the page & <mine>");
    assert_eq!(&returned["iss"], issuer);
    let tokens = client.redeem(&returned["code"], &[]).json();
    let text = tokens["id_token"].as_str().expect("a token");
    let parts: Vec<&str> = text.split('.').collect();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let key = &client.get("/jwks").json()["keys"][0];
    let number = |name: &str| decode(key[name].as_str().expect("a number"));
    let public = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let signed = format!("{}.{}", parts[0], parts[1]);
    let verified = public.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decode(parts[2]),
    );
    assert!(verified.is_ok());
    let claims: Value = serde_json::from_slice(&decode(parts[1])).expect("JSON");
    assert_eq!(claims["iss"], json!(issuer));
    assert_eq!(
        (&claims["aud"], &claims["nonce"]),
        (&json!(CLIENT_ID), &json!("n"))
    );
    assert_eq!(claims["email"], "Ada@example.com");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["sub"], json!(keys::half_sha256("ada@example.com")));

    let access = tokens["access_token"].as_str().expect("a token");
    let bearer = format!("Authorization: Bearer {access}\r\n");
    let user = client.send("GET", "/userinfo", &bearer, "").json();
    assert_eq!(user["sub"], claims["sub"]);
    assert_eq!(client.get("/userinfo").status, "401");
}

#[test]
fn what_the_user_chooses_is_what_the_client_gets() {
    let client = Client::start();
    let cancelled = client.choose(&[("cancel", "yes")]).returned();
    assert_eq!(cancelled["error"], "access_denied");
    let wrong = client.choose(&[("email", "ada at home")]);
    assert_eq!(wrong.status, "200");
    assert!(wrong.body.contains("This is not an email address."));
    let claims = |changes: &[(&str, &str)]| {
        let code = client.choose(changes).returned().remove("code");
        let tokens = client.redeem(&code.expect("a code"), &[]).json();
        let access = tokens["access_token"].as_str().expect("a token").to_owned();
        let bearer = format!("Authorization: Bearer {access}\r\n");
        client.send("GET", "/userinfo", &bearer, "").json()
    };
    assert_eq!(claims(&[("verified", "")])["email_verified"], false);
    assert!(claims(&[("scope", "openid")]).get("email").is_none());
}

#[test]
fn a_code_is_redeemed_once_by_its_page_and_its_client() {
    let client = Client::start();
    let error = |answer: Answer| (answer.status.clone(), answer.json()["error"].clone());
    let grant = ("400".to_owned(), json!("invalid_grant"));
    let code = client.code();
    assert_eq!(client.redeem(&code, &[]).status, "200");
    assert_eq!(error(client.redeem(&code, &[])), grant);
    for change in [
        (
            "code_verifier",
            "another-verifier-of-forty-three-characters-x",
        ),
        ("code_verifier", ""),
        ("redirect_uri", "http://localhost:3000/other"),
    ] {
        let code = client.code();
        assert_eq!(error(client.redeem(&code, &[change])), grant, "{change:?}");
        // It is spent all the same.
        assert_eq!(error(client.redeem(&code, &[])), grant, "{change:?}");
    }
    let code = client.code();
    let stranger = client.redeem(&code, &[("client_secret", "x")]);
    assert_eq!(error(stranger), ("401".to_owned(), json!("invalid_client")));
    let pair = STANDARD.encode(format!("{CLIENT_ID}:{}", client.provider.secret));
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", PAGE),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let header = format!("Authorization: Basic {pair}\r\n");
    let answer = client.send("POST", "/token", &header, &encoded(&form, &[]));
    assert_eq!(answer.status, "200");
}

#[test]
fn no_code_leaves_this_machine_and_requests_are_as_the_standards_say() {
    let client = Client::start();
    for changes in [
        ("redirect_uri", "https://evil.example/auth/callback/example"),
        ("redirect_uri", "http://localhost.evil.example/"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", ""),
        ("client_id", "other"),
    ] {
        let answer = client.choose(&[changes]);
        assert_eq!(answer.status, "400", "{changes:?}");
        assert!(!answer.head.contains("Location"), "{changes:?}");
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("scope", "email"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("prompt", "none"), "login_required"),
        (("request", "e30."), "request_not_supported"),
    ] {
        let returned = client.choose(&[change]).returned();
        assert_eq!(returned["error"], error, "{change:?}");
        assert!(!returned.contains_key("code"));
    }
    // A page that has given its own name this address (DNS rebinding).
    let foreign = Client {
        host: "evil.example".to_owned(),
        ..client
    };
    assert_eq!(
        foreign.get("/.well-known/openid-configuration").status,
        "404"
    );
}

#[test]
fn it_stands_beside_the_providers_of_the_user_where_everything_is_on_this_machine() {
    let row = |behaviour: &str| RouteRow {
        method: "GET".to_owned(),
        path: String::new(),
        operation_id: String::new(),
        behaviour: behaviour.to_owned(),
        auth: String::new(),
        why: String::new(),
    };
    let routes = [
        row(third_party::AUTHORISATION_URL.name),
        row(third_party::SIGN_IN_UP.name),
    ];
    let local = Address::local("127.0.0.1:3001", "/auth");
    let with = |values: &[(&str, &str)]| {
        let values: HashMap<String, String> = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        beside_of(&routes, &local, |name| values.get(name).cloned())
    };
    assert_eq!(with(&[]), Some(Vec::new()));
    let own = with(&[(PROVIDERS, r#"[{"thirdPartyId":"google"}]"#)]);
    assert_eq!(ids(&own.expect("a list")), ["google", "example"]);
    for refused in [
        [(NETWORKS, "public")],
        [(PROVIDERS, r#"[{"thirdPartyId":"example"}]"#)],
        [(PROVIDERS, "no JSON")],
        [(PROVIDERS_FILE, "/no such file")],
    ] {
        assert_eq!(with(&refused), None, "{refused:?}");
    }
    let none = |_: &str| None;
    assert_eq!(beside_of(&routes[..1], &local, none), None);
    let open = Address::local("0.0.0.0:3001", "/auth");
    assert_eq!(beside_of(&routes, &open, none), None);
}
