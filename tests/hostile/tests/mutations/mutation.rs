//! What is done to a valid request: to its parts, to the texts in them, to its bytes.

mod application;
mod strategies;

use proptest::sample::Index;

pub(crate) use application::apply;
pub(crate) use strategies::mutations;

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
