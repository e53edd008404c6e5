//! Inputs that begin as something valid. Random bytes alone would never get past the first character of a
//! token; changes to a good one get everywhere.

/// Where, what, with which byte.
pub(crate) type Edit = (u16, u8, u8);

/// Pieces that mean something to a parser here.
const WORDS: [&str; 34] = [
    "",
    ".",
    "..",
    ";",
    "; ",
    "=",
    "\"",
    "%",
    "%25",
    "%41",
    "\\u0041",
    ",",
    " ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "18446744073709551616",
    "1.5",
    "\"exp\":",
    "\"sub\":\"x\",",
    "\"stt\":1,",
    "sAccessToken=",
    "sRefreshToken=",
    "sIdRefreshToken=",
    "/public",
    "/t1",
    "é",
];

/// The bytes of `seed` after up to five edits: with many more, nothing of it would be left to look at.
pub(crate) fn edited(seed: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (place, what, byte) in edits.iter().take(edits.len() % 6) {
        let at = usize::from(*place) % (bytes.len() + 1);
        let end = bytes.len().min(at + usize::from(*byte));
        match what % 7 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            5 => bytes.truncate(at),
            _ => {
                let word = WORDS[usize::from(*byte) % WORDS.len()];
                bytes.splice(at..at, word.bytes());
            }
        }
    }
    bytes
}
