//! The most common passwords.
//!
//! `common.txt` holds the 10,000 most common ones that have eight characters at least: shorter ones are refused by their
//! length. `common.md` says where they are from, what their licence is, and how the file is made.

use std::io::Read;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use memchr::memmem;

static PACKED: &str = include_str!("common.txt");

/// The list, with a line break before and behind each password.
#[derive(Debug, Clone)]
pub(super) struct CommonPasswords(&'static str);

impl CommonPasswords {
    /// The list, which all servers of the process share; the first one unpacks it.
    ///
    /// # Errors
    /// The program is damaged.
    pub(super) fn unpack() -> Result<Self, String> {
        static LIST: LazyLock<Result<String, &str>> = LazyLock::new(list);
        LIST.as_deref()
            .map(Self)
            .map_err(|error| (*error).to_owned())
    }

    /// Whether a password is one of them, in any case. Looking through the list takes some ten microseconds.
    pub(super) fn contains(&self, password: &str) -> bool {
        let lower = password.to_lowercase();
        // A password with a line break could be two of them.
        !lower.contains('\n')
            && memmem::find(self.0.as_bytes(), format!("\n{lower}\n").as_bytes()).is_some()
    }
}

fn list() -> Result<String, &'static str> {
    const DAMAGED: &str = "the list of common passwords in this program is damaged";
    let packed: String = PACKED.split_ascii_whitespace().collect();
    let packed = STANDARD.decode(packed).map_err(|_| DAMAGED)?;
    let mut list = String::from("\n");
    let unpacked = ZlibDecoder::new(packed.as_slice()).read_to_string(&mut list);
    unpacked.map_err(|_| DAMAGED)?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_ten_thousand_passwords_in_lower_case() {
        let list = CommonPasswords::unpack().expect("it is whole");
        let lines: Vec<&str> = list.0.trim().lines().collect();
        assert_eq!(lines.len(), 10_000);
        for line in &lines {
            assert!(
                line.chars().count() >= 8 && *line == line.to_lowercase(),
                "{line:?}"
            );
        }
        let mut once = lines.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), lines.len());
        for line in lines {
            assert!(list.contains(line), "{line:?}");
        }
    }
}
