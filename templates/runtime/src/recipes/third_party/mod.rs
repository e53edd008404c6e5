//! Signing in through a provider: OAuth 2.0 (RFC 6749, RFC 9700) and OpenID Connect.
//!
//! Rules:
//! - the server stores nothing between the two steps. The page keeps `state`, which ties the answer of the provider to
//!   the browser that asked, and the verifier of PKCE (RFC 7636), which ties the code to it;
//! - the nonce of an ID token follows from the verifier (`nonce`), so that a token of another sign-in is refused
//!   without anything that is stored (OpenID Connect Core 1.0, §15.5.2);
//! - an ID token is verified in full (`id_token`), with keys that are fetched from the provider (`documents`). Where a
//!   provider gives one, nothing else says who the user is;
//! - an access token that an application sends alone says nothing about whom it was issued to, and is refused unless
//!   the settings say otherwise (OWASP ASVS 5.0, 10.3.1; RFC 9700 §2.3);
//! - codes go to pages of the website alone (`redirects`); the response of a provider that names its issuer must name
//!   the right one (RFC 9207, mix-up);
//! - a user is the account at the provider, never the address: another account with the same address is another user,
//!   also one of another recipe. An address counts as verified only where the provider says so;
//! - requests to providers go to public addresses alone, unless the settings say otherwise (`crate::outgoing`).

mod apple;
mod built_in;
pub mod contract;
mod documents;
mod failure;
mod id_token;
mod profile;
mod provider;
mod redirects;
mod request;
mod settings;
mod signing_in;
mod sql;
mod tenants;
mod tokens;

use std::sync::Arc;

pub use contract::{
    AUTHORISATION_URL, AuthorisationUrl, CALLBACK_APPLE, CallbackApple, SIGN_IN_UP, SignInUp,
};
use http::Extensions;
pub use request::{AuthorisationUrlRequest, CallbackAppleRequest, Given, SignInUpRequest};
use serde_json::{Map, Value};
pub use sql::THIRD_PARTY;
pub use tokens::Tokens;

use self::documents::{Documents, Metadata};
use self::failure::Failure;
use self::profile::{Profile, Subject};
use self::provider::{Client, Provider};
use self::sql::SignInOrUp;
use self::tenants::OfSettings;
use self::tokens::Code;
use crate::auth::{Auth, Factors, Recipe};
use crate::call::Call;
use crate::config::Config;
use crate::contract::Location;
use crate::crypto::token;
use crate::error::Error;
use crate::events::SignInFailure;
use crate::limits::Kind;
use crate::outgoing::Outgoing;
use crate::shapes::OfferedProvider;
use crate::tenant::Tenant;

/// How many random bytes a verifier has: 64 characters.
const VERIFIER_BYTES: usize = 48;

/// What a nonce is made with.
const NONCE_LABEL: &[u8] = b"OpenID Connect nonce";

/// The domain of made-up addresses, which the reference has, too: frontends and applications know it.
const NO_ADDRESS: &str = "stfakeemail.supertokens.com";

/// The recipe.
pub(crate) struct ThirdParty;

impl Recipe for ThirdParty {
    fn check(&self, config: &Config) -> Result<(), String> {
        providers(config).map(|_| ())
    }

    fn open(&self, config: &Config, parts: &mut Extensions) -> Result<(), String> {
        let http = Outgoing::new(settings::reach(config)).map_err(|error| error.to_string())?;
        parts.insert(Arc::new(Providers {
            all: providers(config)?,
            documents: Documents::new(http),
        }));
        Ok(())
    }

    fn factors(&self, _: &Config) -> Option<Factors> {
        Some(Factors {
            recipe: AUTHORISATION_URL.recipe,
            known: &[THIRD_PARTY],
            offered: vec![THIRD_PARTY],
        })
    }

    fn check_tenant(&self, config: &Config, tenant: &Tenant) -> Result<(), String> {
        // Most tenants have none, and those of the settings may stand in a file.
        if tenant.providers.is_empty() {
            return Ok(());
        }
        tenants::check(&providers(config)?, tenant)
    }

    fn providers(
        &self,
        auth: &Auth,
        tenant: &Tenant,
        client_type: Option<&str>,
    ) -> Result<Vec<OfferedProvider>, Error> {
        auth.part::<Arc<Providers>>()?.offered(tenant, client_type)
    }
}

/// The providers of the settings, and what providers have published.
#[derive(Debug)]
struct Providers {
    all: Vec<OfSettings>,
    documents: Documents,
}

/// Returns the URL at which a sign-in begins at a provider.
///
/// # Errors
/// [`Error::BadInput`] for a provider, a client or a redirect URI that is not known, [`Error::TooManyRequests`],
/// [`Error::Unavailable`] where the provider cannot be asked.
pub async fn authorisation_url(call: &mut Call) -> Result<AuthorisationUrl, Error> {
    let AuthorisationUrlRequest {
        third_party_id,
        redirect_uri,
        client_type,
    } = call.request::<AuthorisationUrl>()?;
    let providers = Providers::of(call)?;
    let provider = providers.find(call.tenant_settings(), &third_party_id)?;
    let client = client(&provider, client_type.as_deref())?;
    check_redirect(call, &redirect_uri)?;
    call.count(Kind::ProviderStart, "").await?;

    let now = call.auth().clock().now();
    let documents = &providers.documents;
    let metadata = documents.metadata(&provider, &client.endpoints, now).await;
    let metadata = metadata.map_err(|failure| failure.answer(&provider))?;
    let Some(url) = &metadata.authorization else {
        let failure = Failure::Misconfigured("it has no authorisation endpoint".to_owned());
        return Err(failure.answer(&provider));
    };
    let verifier = token::encode(&token::random_bytes::<VERIFIER_BYTES>()?);
    let mut parameters = vec![
        ("client_id".to_owned(), client.id.clone()),
        ("redirect_uri".to_owned(), redirect_uri),
        ("response_type".to_owned(), "code".to_owned()),
    ];
    let mut add = |key: &str, value: String| parameters.push((key.to_owned(), value));
    if !client.scope.is_empty() {
        add("scope", client.scope.join(" "));
    }
    let (has_challenge, has_nonce) = (uses_pkce(client, &metadata), uses_nonce(client, &metadata));
    if has_challenge {
        add(
            "code_challenge",
            token::encode(&token::sha256(verifier.as_bytes())),
        );
        add("code_challenge_method", "S256".to_owned());
    }
    if has_nonce {
        add("nonce", nonce(&verifier));
    }
    if let Some(domain) = &client.hosted_domain {
        add("hd", domain.clone());
    }
    parameters.extend(provider.parameters.iter().cloned());
    let mut url = url.clone();
    url.query_pairs_mut().extend_pairs(&parameters);
    Ok(AuthorisationUrl::Ok {
        url_with_query_params: url.into(),
        pkce_code_verifier: (has_challenge || has_nonce).then_some(verifier),
    })
}

/// Signs a user in, or up, with a code that the provider has given to the page, or with tokens that an application
/// requested itself; or adds the account to the user of the session.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented and for what the provider or the checks refuse,
/// [`Error::General`] where the provider did not authenticate the user, [`Error::Session`] for a session that must be refreshed first,
/// [`Error::TooManyRequests`], [`Error::Unavailable`] where the provider cannot be asked; the store failed.
pub async fn sign_in_up(call: &mut Call) -> Result<SignInUp, Error> {
    let SignInUpRequest {
        third_party_id,
        client_type,
        given,
    } = call.request::<SignInUp>()?;
    given.check()?;
    // Before the provider is looked for: the tenant may be that of the session.
    let linking = call.linking().await?;
    let providers = Providers::of(call)?;
    let provider = providers.find(call.tenant_settings(), &third_party_id)?;
    let client = client(&provider, client_type.as_deref())?;
    linking.require_factor(call, THIRD_PARTY)?;

    let attempt = call.guess(Kind::ProviderSignIn, "").await?;
    let now = call.auth().clock().now();
    let profile = profile(call, &providers.documents, &provider, client, given, now).await?;
    let user_id = &profile.user_id;
    // No mail reaches this address, so there is nothing to verify.
    let made_up = format!("{user_id}.{}@{NO_ADDRESS}", provider.id).to_lowercase();
    let is_without = profile.email.is_none();
    if is_without && provider.require_email {
        failure::announce(call, &provider, SignInFailure::NoEmail);
        return Ok(SignInUp::NoEmail);
    }
    let mut sign_in = SignInOrUp::new(call.tenant(), &provider.id, profile, now);
    if is_without {
        sign_in.email = Some(made_up);
        sign_in.verified = true;
    }
    sign_in.language = call.language().map(ToString::to_string);
    let is_proven = sign_in.verified && !is_without;
    // The provider has authenticated the user, whether or not they may sign in.
    attempt.succeeded().await?;
    let outcome = signing_in::sign_in(call, &linking, sign_in, is_proven).await?;
    if let SignInUp::NotAllowed { .. } = outcome {
        failure::announce(call, &provider, SignInFailure::NotAllowed);
    }
    Ok(outcome)
}

/// Redirects a user who comes back from Apple to the page that began the sign-in.
///
/// # Errors
/// [`Error::BadInput`] where the form names no page of the website.
pub async fn callback_apple(call: &mut Call) -> Result<CallbackApple, Error> {
    Ok(CallbackApple::Redirect {
        location: Location(apple::page(call)?),
    })
}

impl Providers {
    fn of(call: &Call) -> Result<Arc<Self>, Error> {
        call.auth().part::<Arc<Self>>().cloned()
    }
}

/// Reads who the user is.
async fn profile(
    call: &Call,
    documents: &Documents,
    provider: &Provider,
    client: &Client,
    given: Given,
    now: i64,
) -> Result<Profile, Error> {
    let answer = |failure: Failure| failure.announced(call, provider);
    let metadata = documents.metadata(provider, &client.endpoints, now).await;
    let metadata = metadata.map_err(answer)?;
    let (tokens, nonce) = match given {
        Given::Tokens(tokens) => {
            let is_verified = tokens.id_token.is_some() && metadata.jwks.is_some();
            if !is_verified && !provider.accept_access_tokens {
                let text = "Please provide an id_token: an access_token alone is not accepted";
                return Err(Error::bad_input(text));
            }
            (tokens, None)
        }
        Given::Redirect {
            uri,
            query,
            verifier,
        } => {
            check_redirect(call, &uri)?;
            check_response(&query, &metadata).map_err(answer)?;
            let code = query.get("code").and_then(Value::as_str);
            let code = code.filter(|code| !code.is_empty());
            let code = code.ok_or_else(|| {
                Error::bad_input("Please provide the code in redirectURIQueryParams")
            })?;
            let (has_challenge, has_nonce) =
                (uses_pkce(client, &metadata), uses_nonce(client, &metadata));
            let verifier = verifier.filter(|_| has_challenge || has_nonce);
            if (has_challenge || has_nonce) && verifier.is_none() {
                return Err(Error::bad_input("Please provide the pkceCodeVerifier"));
            }
            let nonce = verifier.as_deref().filter(|_| has_nonce).map(nonce);
            let code = Code {
                code,
                redirect_uri: &uri,
                verifier: verifier.as_deref().filter(|_| has_challenge),
            };
            let http = documents.http();
            let tokens = tokens::exchange(http, provider, client, &metadata, &code, now).await;
            (tokens.map_err(answer)?, nonce)
        }
    };
    let subject = Subject {
        provider,
        client,
        metadata: &metadata,
        tokens: &tokens,
        nonce: nonce.as_deref(),
        now,
    };
    profile::read(documents, &subject).await.map_err(answer)
}

/// What the provider says beside the code: whether it authenticated the user, and its issuer.
fn check_response(query: &Map<String, Value>, metadata: &Metadata) -> Result<(), Failure> {
    // RFC 9207 §2.4: before anything else of the response is used.
    if let Some(issuer) = &metadata.issuer {
        let is_right = match query.get("iss") {
            Some(named) => named.as_str() == Some(issuer),
            None => !metadata.names_issuer,
        };
        if !is_right {
            return Err(Failure::not_verified("the response is of another issuer"));
        }
    }
    if query.get("error").is_some_and(|error| !error.is_null()) {
        return Err(Failure::Denied);
    }
    Ok(())
}

fn check_redirect(call: &Call, uri: &str) -> Result<(), Error> {
    if redirects::is_allowed(call.auth().config(), uri) {
        return Ok(());
    }
    Err(Error::bad_input(
        "the redirectURIOnProviderDashboard is none of the website",
    ))
}

fn client<'a>(provider: &'a Provider, client_type: Option<&str>) -> Result<&'a Client, Error> {
    provider.client(client_type).ok_or_else(|| {
        Error::bad_input(match client_type {
            Some(name) => format!("Could not find client config for clientType: {name}"),
            None => {
                "please provide exactly one client config or pass clientType or tenantId".into()
            }
        })
    })
}

/// Whether the code is tied to the page by PKCE. A client without a secret has nothing else (RFC 9700 §2.1.1).
fn uses_pkce(client: &Client, metadata: &Metadata) -> bool {
    client.secret.is_none() || client.force_pkce || metadata.pkce
}

/// Whether an ID token comes, and is tied to the page by its nonce.
fn uses_nonce(client: &Client, metadata: &Metadata) -> bool {
    client.is_openid() && metadata.jwks.is_some()
}

/// The nonce of a sign-in. It stands in the URL and reveals nothing about the verifier.
fn nonce(verifier: &str) -> String {
    token::encode(&token::hmac_sha256(verifier.as_bytes(), NONCE_LABEL))
}

/// The providers of the settings.
fn providers(config: &Config) -> Result<Vec<OfSettings>, String> {
    let mut all: Vec<OfSettings> = Vec::new();
    for (settings, written) in settings::read(config)? {
        let provider = Provider::new(&settings).map_err(|error| settings::of_providers(&error))?;
        if all.iter().any(|known| known.provider.id == provider.id) {
            let error = format!("provider `{}`: it is listed twice", provider.id);
            return Err(settings::of_providers(&error));
        }
        all.push(OfSettings { provider, written });
    }
    Ok(all)
}
