//! Who the user is: the claims of a verified ID token, and the user info that the provider gives for the access token.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use super::built_in::Emails;
use super::documents::{Documents, Metadata, json_of};
use super::failure::Failure;
use super::id_token::{self, Expected, Verdict};
use super::provider::{Client, Paths, Provider};
use super::tokens::Tokens;
use crate::email::EmailAddress;

/// The longest user id that is stored.
const LONGEST_ID: usize = 256;

/// A user of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// Names the user there.
    pub(super) user_id: String,
    /// The address, and whether the provider says that it is the user's.
    pub(super) email: Option<(EmailAddress, bool)>,
}

/// What one source says.
#[derive(Debug, Default)]
struct ProfileData {
    user_id: Option<String>,
    email: Option<String>,
    verified: Option<bool>,
}

/// What is asked about.
pub(super) struct Subject<'a> {
    pub(super) provider: &'a Provider,
    pub(super) client: &'a Client,
    pub(super) metadata: &'a Metadata,
    pub(super) tokens: &'a Tokens,
    /// The nonce of the authorisation URL; `None` where an application requested the tokens itself.
    pub(super) nonce: Option<&'a str>,
    /// Now, in milliseconds.
    pub(super) now: i64,
}

/// Reads who the user is.
///
/// # Errors
/// A token does not hold, or the provider cannot be asked.
pub(super) async fn read(documents: &Documents, subject: &Subject<'_>) -> Result<Profile, Failure> {
    let Subject {
        provider,
        client,
        metadata,
        tokens,
        ..
    } = subject;
    let mut data = ProfileData::default();
    let mut subject_id = None;
    if let (Some(jwt), Some(jwks), Some(issuer)) =
        (&tokens.id_token, &metadata.jwks, &metadata.issuer)
    {
        let claims = verified(documents, subject, jwt, jwks, issuer).await?;
        check_hosted_domain(client, &claims)?;
        data = ProfileData::of(&Value::Object(claims.clone()), &provider.from_id_token);
        let id = claims.get("sub").and_then(Value::as_str);
        subject_id = id.map(str::to_owned);
    } else if metadata.jwks.is_some() && client.is_openid() {
        // Without it nothing ties the tokens to this sign-in and this client.
        if subject.nonce.is_some() || tokens.access_token.is_none() {
            return Err(Failure::not_verified("there is no ID token"));
        }
    }
    let is_complete = data.user_id.is_some() && data.email.is_some() && data.verified.is_some();
    if let (false, Some(url), Some(token)) =
        (is_complete, &metadata.user_info, &tokens.access_token)
    {
        let info = user_info(documents, provider, url, token).await?;
        if let Some(id) = &subject_id
            && !is_about(client, &info, id)
        {
            return Err(Failure::not_verified("user info is about another user"));
        }
        let mut further = ProfileData::of(&info, &provider.from_user_info);
        if let Some(emails) = &provider.known.emails {
            further.add(
                emails,
                &ask(documents, provider, &url_of(emails.url)?, token).await?,
            );
        }
        data.complete(further);
    }
    let user_id = data
        .user_id
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_ID);
    let user_id =
        user_id.ok_or_else(|| Failure::not_verified("the provider names no user, or too long"))?;
    let email = data.email.as_deref().map(EmailAddress::parse);
    Ok(Profile {
        user_id,
        email: email
            .and_then(Result::ok)
            .map(|email| (email, data.verified == Some(true))),
    })
}

/// The claims of an ID token, with keys that are fetched again where the token names one that is not known.
async fn verified(
    documents: &Documents,
    subject: &Subject<'_>,
    jwt: &str,
    jwks: &Url,
    issuer: &str,
) -> Result<Map<String, Value>, Failure> {
    let mut issuers = vec![issuer];
    issuers.extend(subject.provider.known.other_issuers);
    let clients = subject.provider.clients.iter();
    let clients: Vec<&str> = clients.map(|client| client.id.as_str()).collect();
    let expected = Expected {
        issuers: &issuers,
        client_id: &subject.client.id,
        clients: &clients,
        nonce: subject.nonce,
        access_token: subject.tokens.access_token.as_deref(),
        now: subject.now,
    };
    let keys = documents.keys(jwks, subject.now).await?;
    if let Verdict::Holds(claims) = id_token::verify(jwt, &keys, &expected)? {
        return Ok(claims);
    }
    // Where there is a nonce, the token comes from the token endpoint.
    let is_of_provider = subject.nonce.is_some();
    let keys = documents.newer_keys(jwks, &keys, is_of_provider, subject.now);
    let keys = keys.await?;
    match id_token::verify(jwt, &keys, &expected)? {
        Verdict::Holds(claims) => Ok(claims),
        Verdict::UnknownKey => Err(Failure::not_verified(
            "the ID token is signed with a key that the provider does not publish",
        )),
    }
}

/// Refuses users of other organisations than the settings name: the parameter of the URL is a wish of the page alone.
fn check_hosted_domain(client: &Client, claims: &Map<String, Value>) -> Result<(), Failure> {
    let Some(wanted) = &client.hosted_domain else {
        return Ok(());
    };
    match claims.get("hd").and_then(Value::as_str) {
        Some(domain) if wanted == "*" || domain == wanted => Ok(()),
        _ => Err(Failure::not_verified(
            "the user belongs to another organisation",
        )),
    }
}

/// Whether user info is about the user whom an ID token names (OpenID Connect Core 1.0, §5.3.2: it always says so, and
/// its values are not used otherwise). An endpoint of the settings may be another interface of the provider, which has
/// no `sub`.
fn is_about(client: &Client, info: &Value, subject: &str) -> bool {
    match info.get("sub") {
        Some(sub) => sub.as_str() == Some(subject),
        None => client.endpoints.user_info.is_some(),
    }
}

async fn user_info(
    documents: &Documents,
    provider: &Provider,
    url: &Url,
    token: &str,
) -> Result<Value, Failure> {
    let mut url = url.clone();
    if !provider.user_info_parameters.is_empty() {
        url.query_pairs_mut()
            .extend_pairs(&provider.user_info_parameters);
    }
    ask(documents, provider, &url, token).await
}

/// Asks something in the name of the user.
async fn ask(
    documents: &Documents,
    provider: &Provider,
    url: &Url,
    token: &str,
) -> Result<Value, Failure> {
    let mut url = url.clone();
    let mut headers = HeaderMap::new();
    let accept = HeaderValue::from_static(provider.known.accept);
    headers.insert(header::ACCEPT, accept);
    match provider.known.token_parameter {
        Some(parameter) => {
            url.query_pairs_mut().append_pair(parameter, token);
        }
        None => {
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut value = value.map_err(|_| Failure::not_verified("the access token is none"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
    }
    for (name, value) in &provider.user_info_headers {
        let name = name.parse::<HeaderName>();
        if let (Ok(name), Ok(value)) = (name, value.parse()) {
            headers.insert(name, value);
        }
    }
    let answer = documents.http().get(&url, headers).await?;
    if matches!(
        answer.status,
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    ) {
        let status = answer.status.as_u16();
        let why = format!("it answered {status} to the access token");
        return Err(Failure::Refused(why));
    }
    json_of(&answer)
}

fn url_of(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|error| Failure::Misconfigured(error.to_string()))
}

impl ProfileData {
    fn of(json: &Value, paths: &Paths) -> Self {
        Self {
            user_id: at(json, &paths.user_id).and_then(text),
            email: at(json, &paths.email).and_then(|email| email.as_str().map(str::to_owned)),
            verified: at(json, &paths.email_verified).and_then(boolean),
        }
    }

    /// The primary address of a list.
    fn add(&mut self, emails: &Emails, json: &Value) {
        let list = match emails.list {
            "" => Some(json),
            path => at(json, path),
        };
        let mut list = list.and_then(Value::as_array).into_iter().flatten();
        let primary = list.find(|email| email.get(emails.primary).and_then(boolean) == Some(true));
        if let Some(primary) = primary {
            let email = primary.get("email").and_then(Value::as_str);
            self.email = email.map(str::to_owned);
            self.verified = primary.get(emails.verified).and_then(boolean);
        }
    }

    /// Fills in what is missing. That an address is verified counts for that address alone.
    fn complete(&mut self, further: Self) {
        self.user_id = self.user_id.take().or(further.user_id);
        if self.email.is_none() {
            self.email = further.email;
            self.verified = further.verified;
        } else if self.email == further.email {
            self.verified = self.verified.or(further.verified);
        }
    }
}

/// What a dotted path leads to; an empty one leads nowhere.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return None;
    }
    path.split('.').try_fold(json, |json, key| json.get(key))
}

/// A user id: providers have them as text or as a number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// Some providers write `"true"`.
fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::recipes::third_party::built_in;

    #[test]
    fn the_primary_address_of_a_list_is_that_of_the_user() {
        for (provider, list) in [
            (
                "github",
                json!([
                    {"email": "old@ex.co", "primary": false, "verified": true},
                    {"email": "ana@ex.co", "primary": true, "verified": false},
                ]),
            ),
            (
                "bitbucket",
                json!({"values": [
                    {"email": "old@ex.co", "is_primary": false, "is_confirmed": true},
                    {"email": "ana@ex.co", "is_primary": true, "is_confirmed": false},
                ]}),
            ),
        ] {
            let emails = built_in::find(provider).emails.as_ref();
            let mut data = ProfileData::default();
            data.add(emails.expect("it has a list"), &list);
            assert_eq!(data.email.as_deref(), Some("ana@ex.co"), "{provider}");
            assert_eq!(data.verified, Some(false), "{provider}");
            let mut data = ProfileData::default();
            data.add(emails.expect("it has a list"), &json!({"message": "no"}));
            assert_eq!(data.email, None);
        }
    }

    #[test]
    fn a_path_leads_to_a_value_and_an_empty_one_nowhere() {
        let json = json!({"data": {"id": "7", "": 1}, "": "x"});
        assert_eq!(at(&json, "data.id"), Some(&json!("7")));
        for nowhere in ["", "data.name", "data.id.x"] {
            assert_eq!(at(&json, nowhere), None, "{nowhere}");
        }
        assert_eq!(text(&json!(4711)).as_deref(), Some("4711"));
        for none in [json!(-1), json!(1.5), json!(null), json!(true)] {
            assert_eq!(text(&none), None, "{none}");
        }
    }
}
