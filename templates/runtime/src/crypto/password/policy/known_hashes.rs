//! Passwords that are known from data breaches: a file with their SHA-1 hashes in ascending order, such as "Pwned
//! Passwords" (40 GB), on this machine, so that no part of a password leaves it.
//!
//! The file stays on disk. It is searched by bisection: some 35 reads of a few bytes, most of which the operating system
//! has in memory. SHA-1 only names the lines of the file here; nothing relies on its strength.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::sync::Semaphore;

use crate::crypto::token;
use crate::error::Error;

/// The digits of a hash.
const DIGITS: usize = 40;

/// The digits of an NTLM hash, of which there are files, too.
const NTLM_DIGITS: usize = 32;

/// How many bytes are read at once: a line has 53 at most, so the one that begins in them is whole.
const WINDOW: usize = 160;

/// How many lines are compared when the server starts.
const PROBES: u64 = 512;

/// How many look-ups read at once: a slow disk takes no more threads.
const LOOK_UPS: usize = 4;

const CURE: &str = "download the SHA-1 hashes of \"Pwned Passwords\" as one file, ordered by hash, or sort the file: \
    `LC_ALL=C sort -o FILE FILE`";

/// A file of hashes.
#[derive(Debug, Clone)]
pub(super) struct KnownHashes {
    path: Arc<Path>,
    turns: Arc<Semaphore>,
}

/// What is found at a place of the file.
enum Found {
    /// The first line that begins there or behind it.
    Line {
        /// Where it begins.
        start: u64,
        /// Where the next one begins.
        next: u64,
        /// Its hash, in upper case.
        hash: [u8; DIGITS],
    },
    /// No line begins there or behind it.
    End,
}

impl KnownHashes {
    /// Looks at lines from every part of a file: each must hold a hash, and no hash may be smaller than one before it.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub(super) fn open(path: PathBuf) -> Result<Self, String> {
        check(&path).map_err(|error| format!("{}: {error}; {CURE}", path.display()))?;
        Ok(Self {
            path: path.into(),
            turns: Arc::new(Semaphore::new(LOOK_UPS)),
        })
    }

    /// Whether the file has the hash of a password. It is opened for each look-up, so that a newer file can replace it
    /// (by renaming).
    ///
    /// # Errors
    /// [`Error::Internal`] if the file cannot be read.
    pub(super) async fn contains(&self, password: &str) -> Result<bool, Error> {
        let turns = Arc::clone(&self.turns);
        let turn = turns.acquire_owned().await.map_err(Error::internal)?;
        let (path, hash) = (Arc::clone(&self.path), hash_of(password));
        let looking = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut file = File::open(&path)?;
            let length = file.metadata()?.len();
            find(&mut file, length, &hash)
        });
        let found = looking.await.map_err(Error::internal)?;
        found.map_err(|error| {
            let path = self.path.display();
            Error::internal(format!("the file of known passwords {path}: {error}"))
        })
    }
}

/// The hash of a password as it stands in the file, in upper case.
fn hash_of(password: &str) -> [u8; DIGITS] {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let mut digits = [0; DIGITS];
    digits.copy_from_slice(token::hex(hash.as_ref()).as_bytes());
    digits.make_ascii_uppercase();
    digits
}

fn check(path: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("the file of known passwords cannot be read: {error}");
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut before = None;
    for probe in 0..PROBES {
        // In 128 bits, since the file may have a tebibyte.
        let place = u128::from(length) * u128::from(probe) / u128::from(PROBES);
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        let Found::Line { start, hash, .. } = line_at(&mut file, place, length).map_err(failed)?
        else {
            break;
        };
        if before.is_some_and(|before| before > hash) {
            return Err(format!(
                "the hashes are not in ascending order: see byte {start}"
            ));
        }
        before = Some(hash);
    }
    match before {
        Some(_) => Ok(()),
        None => Err("the file of known passwords is empty".to_owned()),
    }
}

/// Whether a hash is in a file of so many bytes.
fn find(file: &mut (impl Read + Seek), length: u64, wanted: &[u8; DIGITS]) -> io::Result<bool> {
    // A line with the hash, if there is one, begins at `low` or behind it, and before `high`.
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low + (high - low) / 2;
        match line_at(file, middle, length)? {
            Found::Line { start, next, hash } if start < high => match wanted.cmp(&hash) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => high = middle,
                Ordering::Greater => low = next,
            },
            Found::Line { .. } | Found::End => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at a place or behind it.
fn line_at(file: &mut (impl Read + Seek), place: u64, length: u64) -> io::Result<Found> {
    // The line begins at the place itself where a line break stands before it.
    let from = place.saturating_sub(1);
    file.seek(SeekFrom::Start(from))?;
    let mut window = Vec::with_capacity(WINDOW);
    file.take(WINDOW as u64).read_to_end(&mut window)?;
    let skipped = match place {
        0 => Some(0),
        _ => window
            .iter()
            .position(|byte| *byte == b'\n')
            .map(|end| end + 1),
    };
    let reached_end = from + window.len() as u64 >= length;
    let Some(skipped) = skipped else {
        return if reached_end {
            Ok(Found::End)
        } else {
            Err(no_hash(from, &window))
        };
    };
    let start = from + skipped as u64;
    let rest = &window[skipped..];
    if rest.is_empty() && reached_end {
        return Ok(Found::End);
    }
    let end = rest.iter().position(|byte| *byte == b'\n');
    let line = &rest[..end.unwrap_or(rest.len())];
    if end.is_none() && !reached_end {
        return Err(no_hash(start, line));
    }
    let digits = leading_digits(line);
    let mut hash = [0; DIGITS];
    match line.get(..DIGITS) {
        Some(found) if digits == DIGITS => hash.copy_from_slice(found),
        _ => return Err(no_hash(start, line)),
    }
    hash.make_ascii_uppercase();
    Ok(Found::Line {
        start,
        next: start + line.len() as u64 + u64::from(end.is_some()),
        hash,
    })
}

/// With how many hexadecimal digits a line begins.
fn leading_digits(line: &[u8]) -> usize {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    digits.count()
}

fn no_hash(place: u64, line: &[u8]) -> io::Error {
    let kind = match leading_digits(line) {
        NTLM_DIGITS => "an NTLM hash, and not a SHA-1 hash",
        _ => "no SHA-1 hash of 40 hexadecimal digits",
    };
    let text = format!("the line at byte {place} begins with {kind}");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A file with the hashes of these passwords, in order.
    fn file(passwords: &[String], end: &str) -> Vec<u8> {
        let mut hashes: Vec<_> = passwords.iter().map(|password| hash_of(password)).collect();
        hashes.sort_unstable();
        let text = |hash: &[u8; DIGITS]| String::from_utf8(hash.to_vec()).expect("digits");
        // Counts have several lengths, as in the real file.
        let lines = hashes.iter().enumerate();
        let lines = lines
            .map(|(index, hash)| format!("{}:{}{end}", text(hash), 7_usize.pow(index as u32 % 12)));
        lines.collect::<String>().into_bytes()
    }

    fn has(bytes: &[u8], password: &str) -> bool {
        let length = bytes.len() as u64;
        find(&mut Cursor::new(bytes), length, &hash_of(password)).expect("it is whole")
    }

    fn refusal(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hashes.txt");
        std::fs::write(&path, bytes).expect("writable");
        let opened = KnownHashes::open(path);
        opened.err().unwrap_or_default()
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // FIPS 180, "abc".
        assert_eq!(&hash_of("abc"), b"A9993E364706816ABA3E25717850C26C9CD0D89D");
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        for count in [1, 2, 3, 50, 777] {
            let passwords: Vec<String> = (0..count).map(|n| format!("known{n}")).collect();
            for end in ["\n", "\r\n"] {
                let bytes = file(&passwords, end);
                let without_last_break = &bytes[..bytes.len() - end.len()];
                let lower = bytes.to_ascii_lowercase();
                for bytes in [&bytes[..], without_last_break, &lower] {
                    for (n, password) in passwords.iter().enumerate() {
                        assert!(has(bytes, password), "{password} of {count}");
                        assert!(!has(bytes, &format!("other{n}")), "{n} of {count}");
                    }
                }
                assert_eq!(refusal(&bytes), "");
            }
        }
    }

    #[tokio::test]
    async fn a_file_is_read_again_with_each_look_up_and_its_loss_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hashes.txt");
        std::fs::write(&path, file(&["one".to_owned()], "\n")).expect("writable");
        let known = KnownHashes::open(path.clone()).expect("it is in order");
        assert!(known.contains("one").await.expect("it is there"));
        assert!(!known.contains("two").await.expect("it is there"));
        let newer = folder.path().join("newer.txt");
        std::fs::write(&newer, file(&["two".to_owned()], "\n")).expect("writable");
        std::fs::rename(&newer, &path).expect("it is the same folder");
        assert!(known.contains("two").await.expect("it is there"));
        std::fs::remove_file(&path).expect("it is there");
        let error = known.contains("two").await.expect_err("it is gone");
        assert!(error.to_string().contains("hashes.txt"), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_searched_is_refused_with_the_cure() {
        let passwords: Vec<String> = (0..100).map(|n| format!("known{n}")).collect();
        let sorted = file(&passwords, "\n");
        let mut lines: Vec<&[u8]> = sorted.split_inclusive(|byte| *byte == b'\n').collect();
        lines.swap(10, 90);
        let long = [b'A'; 1_000];
        for (bytes, expected) in [
            (lines.concat(), "not in ascending order: see byte"),
            (Vec::new(), "is empty"),
            (b"passw0rd\n".to_vec(), "no SHA-1 hash"),
            (b"\n".to_vec(), "no SHA-1 hash"),
            (long.to_vec(), "no SHA-1 hash"),
            (
                b"B4B9B02E6F09A9BD760F388B67351E2B:3\n".to_vec(),
                "an NTLM hash",
            ),
        ] {
            let refusal = refusal(&bytes);
            assert!(refusal.contains(expected), "{expected}: {refusal}");
            assert!(refusal.contains("ordered by hash"), "{refusal}");
        }
        let missing = KnownHashes::open("/nonexistent/hashes.txt".into());
        let missing = missing.expect_err("it is not there");
        assert!(
            missing.contains("cannot be read") && missing.contains("download"),
            "{missing}"
        );
        let folder = KnownHashes::open(std::env::temp_dir());
        assert!(folder.is_err());
    }
}
