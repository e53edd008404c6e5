//! What must hold of whatever a mutated request is answered.
//!
//! The oracle decides by *survival*: a credential survives if the bytes that were sent contain it, as they
//! are or after undoing `%xx` and `\uxxxx`. Then:
//!
//! - who acts as the victim, by new tokens or on the protected route, has sent a credential of the victim
//!   that survived whole: address and password, the refresh token, or the access token; and where cookies
//!   carried it, the anti-CSRF token, too;
//! - tokens of another user are those of a user whom this very request has signed up;
//! - what is stored changes only if the credential that changes it survived;
//! - no handler panics, and no answer is a 5xx, but 500 in its documented words to session cookies that
//!   came twice, and 503 with `Retry-After`;
//! - no answer with tokens may be stored by a cache.

use std::collections::BTreeMap;

use auth_server::crypto::token;
use auth_server::error::DUPLICATE_COOKIES;
use auth_server::recipes::password_reset;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::percent_decode;
use proptest::test_runner::TestCaseError;

use crate::request::Case;
use crate::server::{PASSWORD, Target, VICTIM, panics_so_far};

/// What was answered, in numbers.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    /// Cases without any answer: the server hung up.
    pub(crate) unanswered: usize,
    /// Answers by status.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// Answers that carried tokens or came from the protected route, with the right to it.
    pub(crate) rightful: usize,
}

/// One answer of a connection.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = move |(known, _): &&(String, String)| known == name;
        self.headers
            .iter()
            .filter(of_name)
            .map(|(_, value)| value.as_str())
    }

    /// Every token that is given, and whether by a cookie. Empty ones are taken away.
    fn tokens(&self) -> Vec<(bool, &str)> {
        let by_header = self
            .header("st-access-token")
            .chain(self.header("st-refresh-token"));
        let by_cookie = self.header("set-cookie").filter_map(|line| {
            let (pair, _) = line.split_once(';')?;
            let (name, value) = pair.split_once('=')?;
            name.ends_with("Token").then_some(value)
        });
        let all = by_header
            .map(|token| (false, token))
            .chain(by_cookie.map(|token| (true, token)));
        all.filter(|(_, token)| !token.is_empty()).collect()
    }

    /// Whose tokens it carries: the `sub` of the access token.
    fn user(&self) -> Option<String> {
        self.tokens().iter().find_map(|(_, token)| {
            let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
            let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
            Some(claims["sub"].as_str()?.to_owned())
        })
    }
}

/// The answers on a connection, one after the other; what is cut off at the end is left out.
pub(crate) fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    let mut all = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Response::new(&mut headers);
        let Ok(httparse::Status::Complete(start)) = head.parse(bytes) else {
            return all;
        };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers: Vec<_> = head
            .headers
            .iter()
            .map(|header| (header.name.to_ascii_lowercase(), text(header.value)))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(0);
        // To HEAD there is a length and nothing of that length.
        let end = bytes.len().min(start + length);
        let end = if bytes[start..end].starts_with(b"HTTP/1.1") {
            start
        } else {
            end
        };
        all.push(Answer {
            status: head.code.unwrap_or(0),
            headers,
            body: text(&bytes[start..end]),
        });
        bytes = &bytes[end..];
    }
}

/// What was sent, in every spelling that counts as the same.
struct Sent(Vec<Vec<u8>>);

impl Sent {
    fn new(bytes: &[u8]) -> Self {
        let decoded: Vec<u8> = percent_decode(bytes).collect();
        let spellings = [unescaped(bytes), unescaped(&decoded), decoded];
        Self([vec![bytes.to_vec()], spellings.into()].concat())
    }

    fn contains(&self, credential: &str) -> bool {
        let wanted = credential.as_bytes();
        let is_in = |text: &Vec<u8>| text.windows(wanted.len()).any(|part| part == wanted);
        self.0.iter().any(is_in)
    }

    /// Addresses are compared without their case.
    fn contains_address(&self, address: &str) -> bool {
        let lower = self
            .0
            .iter()
            .map(|text| text.to_ascii_lowercase())
            .collect();
        Self(lower).contains(address)
    }
}

/// JSON's `\uxxxx` of the first plane's ASCII, undone.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        let code = rest.strip_prefix(b"\\u00").and_then(|code| code.get(..2));
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &rest[6..];
            }
            None => {
                plain.push(*first);
                rest = behind;
            }
        }
    }
    plain
}

/// Judges the answers to a case.
pub(crate) async fn judge(
    target: &Target,
    case: &Case,
    sent: &[u8],
    answers: &[Answer],
    tally: &mut Tally,
) -> Result<(), TestCaseError> {
    let fail = |text: String| Err(TestCaseError::fail(text));
    let sent = Sent::new(sent);
    if panics_so_far() > 0 {
        return fail("a thread of the server has panicked".to_owned());
    }
    tally.cases += 1;
    tally.unanswered += usize::from(answers.is_empty());
    for answer in answers {
        *tally.statuses.entry(answer.status).or_default() += 1;
        if let Some(text) = is_fault(answer) {
            return fail(text);
        }
        if let Some(text) = acts_unrightfully(target, case, &sent, answer, tally).await {
            return fail(text);
        }
    }
    match changes_unrightfully(target, case, &sent).await {
        Some(text) => fail(text),
        None => Ok(()),
    }
}

fn is_fault(answer: &Answer) -> Option<String> {
    let documented = match answer.status {
        0..500 => true,
        500 => answer.body == DUPLICATE_COOKIES,
        503 => answer.header("retry-after").next().is_some(),
        _ => false,
    };
    let is_stored = |line: &str| !line.contains("no-store");
    if !documented {
        return Some(format!("{} {}", answer.status, answer.body));
    }
    let caching = answer.header("cache-control").next().unwrap_or_default();
    let carries = answer.tokens().len() + answer.header("set-cookie").count();
    (carries > 0 && is_stored(caching)).then(|| "an answer with tokens may be stored".to_owned())
}

async fn acts_unrightfully(
    target: &Target,
    case: &Case,
    sent: &Sent,
    answer: &Answer,
    tally: &mut Tally,
) -> Option<String> {
    let tokens = &case.session;
    let anti_csrf = tokens.anti_csrf_token.as_deref();
    let shows_csrf = || anti_csrf.is_some_and(|token| sent.contains(token));
    let access = sent.contains(&tokens.access_token);
    let refresh = tokens
        .refresh_token
        .as_ref()
        .is_some_and(|token| sent.contains(token));
    // The protected route: "<user> <transfer> <method>".
    if let Some(how) = answer.body.strip_prefix(&target.victim) {
        tally.rightful += 1;
        let is_forgeable = how.starts_with(" Cookie") && !how.ends_with(" GET");
        if !access || (is_forgeable && !shows_csrf()) {
            return Some(format!("the protected route took it for the victim: {how}"));
        }
    }
    let given = answer.tokens();
    if given.is_empty() {
        return None;
    }
    tally.rightful += 1;
    let Some(user) = answer.user() else {
        return Some("it carries tokens, and none says whose".to_owned());
    };
    if user == target.victim {
        let signed_in = sent.contains_address(VICTIM) && sent.contains(PASSWORD);
        let by_cookie = given.iter().any(|(by_cookie, _)| *by_cookie);
        let refreshed = refresh && (!by_cookie || shows_csrf());
        return (!signed_in && !refreshed).then(|| "it carries tokens of the victim".to_owned());
    }
    // Only a user who has just signed up: with an address of this request, and no other way in.
    let known = target
        .auth
        .store()
        .user(&user)
        .await
        .expect("the store works");
    let email = known.and_then(|user| user.emails.first().cloned())?;
    let is_new = user != target.forgetful && sent.contains_address(&email);
    (!is_new).then(|| format!("it carries tokens of {email}"))
}

async fn changes_unrightfully(target: &Target, case: &Case, sent: &Sent) -> Option<String> {
    let store = target.auth.store();
    let tokens = &case.session;
    let refresh = tokens
        .refresh_token
        .as_deref()
        .expect("a session begins with one");
    match store.session(&case.handle).await.expect("the store works") {
        None if sent.contains(&tokens.access_token) => {}
        None => return Some("the session was ended".to_owned()),
        Some(row) if row.refresh_hash == token::sha256_hex(&token::sha256_hex(refresh)) => {}
        Some(_) if sent.contains(refresh) => {}
        Some(_) => return Some("the session was refreshed".to_owned()),
    }
    let reset = case.reset_token.as_deref()?;
    let owner = password_reset::token_owner(&target.auth, reset)
        .await
        .expect("the store works");
    (owner.is_none() && !sent.contains(reset)).then(|| "the reset token was spent".to_owned())
}
