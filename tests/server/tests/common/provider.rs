//! A provider of OpenID Connect and OAuth 2.0 on a port of its own, with real signatures, as strict as a good one and
//! as wrong as a test wants it to be.

mod page;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use auth_server::Config;
use auth_server::auth::AuthBuilder;
use auth_server::clock::{Clock, ManualClock};
use auth_server::crypto::keys::{self, Algorithm, SigningKey};
use auth_server::crypto::token;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

pub(crate) use self::page::{Begun, PAGE, SIGN_IN_UP, URL, ask_url, begin, body, finish, sign_in};
use super::{START, Server};

/// A provider; clones share it.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) origin: String,
    inner: Arc<Mutex<Inner>>,
}

type Change = Box<dyn Fn(&mut Map<String, Value>) + Send>;

pub(crate) struct Inner {
    origin: String,
    pub(crate) clock: ManualClock,
    /// What it signs with.
    pub(crate) key: SigningKey,
    /// What it publishes.
    pub(crate) published: Vec<Value>,
    /// What it says of the user, in ID tokens.
    pub(crate) user: Value,
    /// What it says of the user to whoever has the access token.
    pub(crate) user_info: Value,
    /// Whether it gives ID tokens.
    pub(crate) gives_id_tokens: bool,
    /// Changes an ID token before it is signed.
    pub(crate) change: Option<Change>,
    /// Changes an ID token after it was signed.
    pub(crate) forge: Option<fn(&str) -> String>,
    /// Changes the discovery document.
    pub(crate) metadata: Map<String, Value>,
    /// How long it takes for each answer.
    pub(crate) delay: Duration,
    /// Whether it answers 500 to everything.
    pub(crate) is_broken: bool,
    grants: HashMap<String, Grant>,
    /// The access tokens that it has given.
    access_tokens: Vec<String>,
    /// What it was asked for: path, and the keys of the form, or the query.
    pub(crate) asked: Vec<(String, String)>,
    /// The client and the secret of the form that it takes; any other is refused.
    pub(crate) client: (String, Option<String>),
    /// The last form.
    pub(crate) form: HashMap<String, String>,
}

/// What a code stands for.
struct Grant {
    parameters: HashMap<String, String>,
}

/// A new key of this name.
pub(crate) fn new_key(kid: &str, algorithm: Algorithm) -> SigningKey {
    let pkcs8 = keys::generate(algorithm).expect("a key is made");
    SigningKey::parse(kid, algorithm, &pkcs8).expect("it is one")
}

pub(crate) fn jwk(key: &SigningKey) -> Value {
    serde_json::to_value(key.jwk()).expect("it is JSON")
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
        let key = new_key("first", Algorithm::Es256);
        let inner = Inner {
            origin: origin.clone(),
            clock: ManualClock::new(START),
            published: vec![jwk(&key)],
            key,
            user: json!({"sub": "u1", "email": "Ana@ex.co", "email_verified": true}),
            user_info: json!({"sub": "u1", "email": "Ana@ex.co", "email_verified": true}),
            gives_id_tokens: true,
            change: None,
            forge: None,
            metadata: Map::new(),
            delay: Duration::ZERO,
            is_broken: false,
            grants: HashMap::new(),
            access_tokens: Vec::new(),
            asked: Vec::new(),
            client: ("client".to_owned(), Some("secret".to_owned())),
            form: HashMap::new(),
        };
        let provider = Self {
            origin,
            inner: Arc::new(Mutex::new(inner)),
        };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(published))
            .route("/token", post(give_tokens))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test panics with it")
    }

    /// The settings of a server that knows this provider by discovery.
    pub(crate) fn settings(&self) -> Value {
        json!([{
            "thirdPartyId": "example",
            "name": "Example",
            "oidcDiscoveryEndpoint": format!("{}/.well-known/openid-configuration", self.origin),
            "clients": [{
                "clientId": "client",
                "clientSecret": "secret",
                "scope": ["openid", "email"],
            }],
        }])
    }

    /// The same by OAuth 2.0 alone: what it tells whoever has the access token.
    pub(crate) fn plain_settings(&self) -> Value {
        json!([{
            "thirdPartyId": "example",
            "name": "Example",
            "authorizationEndpoint": format!("{}/authorize", self.origin),
            "tokenEndpoint": format!("{}/token", self.origin),
            "userInfoEndpoint": format!("{}/userinfo", self.origin),
            "clients": [{
                "clientId": "client",
                "clientSecret": "secret",
                "scope": ["email"],
            }],
        }])
    }

    /// A server with this provider.
    pub(crate) async fn server(&self) -> Server {
        self.server_with(&self.settings(), |_| {}).await
    }

    pub(crate) async fn server_with(
        &self,
        settings: &Value,
        change: impl FnOnce(&mut Config),
    ) -> Server {
        self.server_extended(settings, change, |builder| builder)
            .await
    }

    /// The same with more than settings.
    pub(crate) async fn server_extended(
        &self,
        settings: &Value,
        change: impl FnOnce(&mut Config),
        build: impl FnOnce(AuthBuilder) -> AuthBuilder,
    ) -> Server {
        let text = settings.to_string();
        let change = |config: &mut Config| {
            config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS", &text);
            config.recipes.set("AUTH_THIRD_PARTY_NETWORKS", "loopback");
            change(config);
        };
        let server = Server::start_extended(change, build).await;
        self.inner().clock = server.clock.clone();
        server
    }

    /// Its user says yes: the code with which the provider sends them back.
    pub(crate) fn agree(&self, begun: &Begun) -> String {
        let parameters: HashMap<String, String> = begun.url.query_pairs().into_owned().collect();
        assert_eq!(parameters["response_type"], "code");
        let code = token::random_secret().expect("there is randomness");
        let mut inner = self.inner();
        inner.grants.insert(code.clone(), Grant { parameters });
        code
    }

    /// Tokens that an application has got by itself.
    pub(crate) fn tokens(&self, nonce: Option<&str>) -> Value {
        self.inner().tokens("client", nonce)
    }

    /// How often a path was asked for.
    pub(crate) fn count(&self, path: &str) -> usize {
        let inner = self.inner();
        inner
            .asked
            .iter()
            .filter(|(asked, _)| asked == path)
            .count()
    }

    /// Notes what was asked, and waits; the status that it answers with where it is broken.
    async fn note(&self, path: &str, form: &str) -> Option<Response<Body>> {
        let (delay, is_broken) = {
            let mut inner = self.inner();
            inner.asked.push((path.to_owned(), form.to_owned()));
            (inner.delay, inner.is_broken)
        };
        tokio::time::sleep(delay).await;
        is_broken.then(|| answer(StatusCode::INTERNAL_SERVER_ERROR, &json!({})))
    }
}

impl Inner {
    fn tokens(&mut self, client_id: &str, nonce: Option<&str>) -> Value {
        let access_token = token::random_secret().expect("there is randomness");
        self.access_tokens.push(access_token.clone());
        let mut tokens = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 3600,
        });
        if !self.gives_id_tokens {
            return tokens;
        }
        let now = self.clock.now() / 1000;
        let hash = token::sha256(access_token.as_bytes());
        let mut claims = self.user.as_object().expect("it is an object").clone();
        for (name, value) in [
            ("iss", json!(self.origin)),
            ("aud", json!(client_id)),
            ("iat", json!(now)),
            ("exp", json!(now + 600)),
            ("at_hash", json!(token::encode(&hash[..16]))),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        if let Some(change) = &self.change {
            change(&mut claims);
        }
        let jwt = self.key.sign(None, &claims).expect("it is signed");
        tokens["id_token"] = self.forge.unwrap_or(str::to_owned)(&jwt).into();
        tokens
    }
}

fn answer(status: StatusCode, json: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(json.to_string()));
    *response.status_mut() = status;
    response
}

async fn discovery(State(provider): State<Provider>) -> Response<Body> {
    if let Some(broken) = provider.note("/discovery", "").await {
        return broken;
    }
    let inner = provider.inner();
    let origin = &inner.origin;
    let mut document = json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "userinfo_endpoint": format!("{origin}/userinfo"),
        "jwks_uri": format!("{origin}/jwks"),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    });
    for (key, value) in &inner.metadata {
        document[key] = value.clone();
    }
    answer(StatusCode::OK, &document)
}

async fn published(State(provider): State<Provider>) -> Response<Body> {
    if let Some(broken) = provider.note("/jwks", "").await {
        return broken;
    }
    let keys = &provider.inner().published;
    answer(StatusCode::OK, &json!({ "keys": keys }))
}

async fn user_info(
    State(provider): State<Provider>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let query = uri.query().unwrap_or_default();
    if let Some(broken) = provider.note("/userinfo", query).await {
        return broken;
    }
    let inner = provider.inner();
    let given = headers.get("authorization").map(HeaderValue::as_bytes);
    let given = given.and_then(|given| given.strip_prefix(b"Bearer "));
    let mut known = inner.access_tokens.iter().map(String::as_bytes);
    if !known.any(|known| given == Some(known)) {
        return answer(StatusCode::UNAUTHORIZED, &json!({}));
    }
    answer(StatusCode::OK, &inner.user_info)
}

async fn give_tokens(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    let mut keys: Vec<_> = form.keys().cloned().collect();
    keys.sort();
    if let Some(broken) = provider.note("/token", &keys.join(" ")).await {
        return broken;
    }
    let refuse = |error: &str| answer(StatusCode::BAD_REQUEST, &json!({ "error": error }));
    let basic = format!("Basic {}", STANDARD.encode("client:secret"));
    let by_header = headers.get("authorization");
    let is_client = by_header.is_some_and(|given| given.as_bytes() == basic.as_bytes())
        || form.get("client_secret").is_some_and(|it| it == "secret");
    let mut inner = provider.inner();
    inner.form = form.clone();
    // A secret that is signed is looked at by its test.
    if !is_client && inner.client.1.is_some() {
        return refuse("invalid_client");
    }
    // Once.
    let grant = form.get("code").and_then(|code| inner.grants.remove(code));
    let Some(Grant { parameters }) = grant else {
        return refuse("invalid_grant");
    };
    let same = |name: &str| form.get(name) == parameters.get(name);
    if !same("client_id") || !same("redirect_uri") {
        return refuse("invalid_grant");
    }
    if let Some(challenge) = parameters.get("code_challenge") {
        let verifier = form.get("code_verifier");
        let hash = verifier.map(|verifier| token::sha256(verifier.as_bytes()));
        if hash.map(|hash| token::encode(&hash)).as_ref() != Some(challenge) {
            return refuse("invalid_grant");
        }
    }
    let nonce = parameters.get("nonce").map(String::as_str);
    let tokens = inner.tokens(&parameters["client_id"], nonce);
    answer(StatusCode::OK, &tokens)
}
