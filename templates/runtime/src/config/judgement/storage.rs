//! Who can read what the database holds: hashes of passwords, and the keys that sign access tokens.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Findings, Setting};
use crate::config::Config;
use crate::store::{self, Way};

const DATABASE: Setting = Setting {
    variable: "DATABASE_URL",
    field: "database_url",
};
const ENCRYPTION: Setting = Setting {
    variable: "AUTH_ENCRYPTION_SECRET",
    field: "session.signing_key_encryption",
};

pub(super) fn judge(config: &Config, findings: &mut Findings) {
    let is_development = config.is_local() && config.app_info.loopback_port().is_some();
    if !config.session.signing_key_encryption.is_on() && !is_development {
        findings.danger(
            ENCRYPTION,
            "signing keys are stored in the clear, and a person who reads the database can sign in as any user",
            "set it to what `openssl rand -hex 32` prints",
        );
    }
    match store::way(config.database_url.expose()) {
        Some(Way::File(path)) => {
            let open: Vec<_> = files(&path)
                .into_iter()
                .filter(|file| is_open_to_others(file))
                .map(|file| file.display().to_string())
                .collect();
            if !open.is_empty() {
                let names = open.join(" ");
                findings.danger(
                    DATABASE,
                    format!("other users of this machine can read {names}"),
                    format!("chmod 600 {names}"),
                );
            }
        }
        Some(Way::Plain) => findings.notice(
            DATABASE,
            "sslmode=disable: a person who reads the network between the server and PostgreSQL reads password hashes",
            "nothing, in a network that only your own machines read; otherwise sslmode=verify-full",
        ),
        Some(Way::Memory | Way::Here | Way::Encrypted) | None => {}
    }
}

/// A database and its companions.
fn files(path: &Path) -> Vec<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = OsString::from(path);
        name.push(suffix);
        PathBuf::from(name)
    };
    ["", "-wal", "-shm"].map(beside).to_vec()
}

/// Whether the group or others may read or enter; `false` where there is no such file.
#[cfg(unix)]
pub(super) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Elsewhere there are no modes.
#[cfg(not(unix))]
pub(super) fn is_open_to_others(_: &Path) -> bool {
    false
}
