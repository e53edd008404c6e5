//! Applies mutations to a request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::sample::Index;

use super::{BodyChange, ByteChange, Mutation, PathChange, TokenChange};
use crate::request::Request;

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
