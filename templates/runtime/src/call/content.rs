//! The bytes of a body, unpacked.
//!
//! Rules: `gzip` and `deflate` are unpacked (RFC 9110 §8.4.1), to no more bytes than a plain body may have,
//! because a few kilobytes can hold gigabytes. A body whose coding is unknown is read as it is, as the
//! reference does: one that is not packed is accepted, any other is not JSON. `br` is known and
//! refused. Nothing is unpacked for an operation that does not read its body.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::Error;

const BROTLI: &str = "API input error: Brotli decompression not implement, Please add a middleware \
    that handles decompression before the SuperTokens middleware.";

/// The body as it was before it was packed.
///
/// # Errors
/// [`Error::PayloadTooLarge`], or [`Error::BadInput`] with the text `invalid` when it cannot be unpacked.
pub(super) fn unpacked<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
    limit: usize,
    invalid: &str,
) -> Result<Cow<'a, [u8]>, Error> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let (coding, more) = (codings.next(), codings.next());
    let coding = match coding.map(|coding| coding.to_str()) {
        Some(Ok(coding)) if more.is_none() => coding.trim().to_ascii_lowercase(),
        None | Some(_) => return Ok(Cow::Borrowed(body)),
    };
    match coding.as_str() {
        "gzip" | "x-gzip" => unpack(MultiGzDecoder::new(body), limit, invalid),
        "deflate" => unpack(ZlibDecoder::new(body), limit, invalid),
        "br" => Err(Error::bad_input(BROTLI)),
        _ => Ok(Cow::Borrowed(body)),
    }
}

fn unpack<'a>(packed: impl Read, limit: usize, invalid: &str) -> Result<Cow<'a, [u8]>, Error> {
    let mut bytes = Vec::new();
    // One byte more than is allowed shows that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    packed
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|_| Error::bad_input(invalid))?;
    if bytes.len() > limit {
        return Err(Error::PayloadTooLarge);
    }
    Ok(Cow::Owned(bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn read(coding: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, coding.parse().expect("a header value"));
        unpacked(&headers, body, 100, "invalid").map(Cow::into_owned)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).expect("memory takes it");
        packed.finish().expect("memory takes it")
    }

    #[test]
    fn packed_bodies_are_read() {
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(b"{}").expect("memory takes it");
        let deflated = deflated.finish().expect("memory takes it");
        assert!(matches!(read("gzip", &gzip(b"{}")), Ok(text) if text == b"{}"));
        assert!(matches!(read("GZIP", &gzip(b"{}")), Ok(text) if text == b"{}"));
        assert!(matches!(read("deflate", &deflated), Ok(text) if text == b"{}"));
    }

    #[test]
    fn a_body_of_an_unknown_coding_is_read_as_it_stands() {
        for coding in ["identity", "", "zstd", "made-up", "gzip, gzip"] {
            assert!(
                matches!(read(coding, b"{}"), Ok(text) if text == b"{}"),
                "{coding}"
            );
        }
    }

    #[test]
    fn a_small_body_cannot_become_a_large_one() {
        let bomb = gzip(&[b' '; 1_000_000]);
        assert!(bomb.len() < 2_000);
        assert!(matches!(read("gzip", &bomb), Err(Error::PayloadTooLarge)));
        assert!(matches!(read("gzip", &gzip(&[b' '; 100])), Ok(text) if text.len() == 100));
    }

    #[test]
    fn what_cannot_be_unpacked_is_refused() {
        for (coding, body) in [("gzip", &b"{}"[..]), ("deflate", b"{}")] {
            let outcome = read(coding, body);
            assert!(
                matches!(outcome, Err(Error::BadInput(text)) if text == "invalid"),
                "{coding}"
            );
        }
        assert!(matches!(read("br", b""), Err(Error::BadInput(text)) if text == BROTLI));
    }
}
