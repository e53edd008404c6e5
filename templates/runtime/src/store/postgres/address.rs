//! What a URL says about the database: where it is, and how the way to it is protected.
//!
//! Rule kept here: the way to the database carries password hashes and private keys, so it is never
//! left to chance whether the connection can be read by others. libpq's default, `sslmode=prefer`, takes plain text
//! whenever the other side asks for it
//! (<https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>); here another
//! machine is reached with a verified certificate, or in plain text because the URL says so.
//! No error of this file shows the URL: it holds a password.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::crypto::tls;

/// How long a new connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long sent data may remain unacknowledged before the connection counts as broken.
const TCP_TIMEOUT: Duration = Duration::from_secs(10);

/// A database, and how to reach it.
#[derive(Clone)]
pub(super) struct Address {
    /// Everything but TLS.
    pub(super) config: Config,
    /// How the server proves who it is; `None` for plain text.
    pub(super) tls: Option<Arc<ClientConfig>>,
}

/// How the URL asks to protect the connection.
enum Protection {
    Unsaid,
    Plain,
    Verified,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?…` and the file of certificates, if the
    /// URL names one.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut rest = place.to_owned();
        let (mut protection, mut roots) = (Protection::Unsaid, None);
        let mut separator = '?';
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value)?;
            match name {
                "sslmode" => protection = mode(&value)?,
                "sslrootcert" => roots = Some(value.into_owned()),
                _ => {
                    let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
                    // Writing to a string cannot fail.
                    let _ = write!(rest, "{separator}{name}={value}");
                    separator = '&';
                }
            }
        }
        let mut config: Config = rest.parse().map_err(|error| explained(&error))?;
        if config.get_hosts().is_empty() {
            return Err("must name a host: postgres://user:password@host/database".to_owned());
        }
        let encrypted = match protection {
            Protection::Plain => false,
            Protection::Verified => true,
            Protection::Unsaid if config.get_hosts().iter().all(is_here) => false,
            Protection::Unsaid => {
                return Err(
                    "must say how the way to another machine is protected: sslmode=verify-full, \
                     or sslmode=disable in a network that no one else can read"
                        .to_owned(),
                );
            }
        };
        config.ssl_mode(if encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("auth-server");
        }
        let tls = encrypted.then(|| tls_of(roots.as_deref())).transpose()?;
        Ok(Self { config, tls })
    }

    /// Whether no host between here and there can read the connection.
    pub(super) fn is_here(&self) -> bool {
        self.config.get_hosts().iter().all(is_here)
    }
}

fn decoded(value: &str) -> Result<Cow<'_, str>, String> {
    percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| "is not UTF-8".to_owned())
}

/// The modes of libpq. What it calls `require` encrypts without looking at the certificate; here it
/// is as strict as `verify-full`.
fn mode(value: &str) -> Result<Protection, String> {
    match value {
        "disable" => Ok(Protection::Plain),
        "require" | "verify-full" => Ok(Protection::Verified),
        "allow" | "prefer" => Err(format!(
            "sslmode={value} protects nothing, since any server may ask for plain text: \
             write verify-full or disable"
        )),
        "verify-ca" => Err(
            "sslmode=verify-ca accepts any certificate of that authority: write verify-full"
                .to_owned(),
        ),
        _ => Err("sslmode must be verify-full, require or disable".to_owned()),
    }
}

/// Whether no host between here and there can read the connection.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Trusts the authorities of a file, or the public ones.
fn tls_of(roots: Option<&str>) -> Result<Arc<ClientConfig>, String> {
    let trusted = match roots {
        None | Some("system") => tls::public_roots(),
        Some(path) => {
            let mut trusted = RootCertStore::empty();
            let wrong = |error: &dyn std::fmt::Display| format!("sslrootcert {path}: {error}");
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                trusted.add(certificate).map_err(|error| wrong(&error))?;
            }
            if trusted.is_empty() {
                return Err(wrong(&"holds no certificate"));
            }
            trusted
        }
    };
    let config = tls::client_config(trusted).map_err(|error| error.to_string())?;
    Ok(Arc::new(config))
}

/// What the driver finds wrong with a URL; it names options and never shows values.
fn explained(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("is not understood: {cause}"),
        None => "is not understood".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        let Err(message) = Address::parse(url) else {
            panic!("{url} is taken");
        };
        assert!(!message.contains("hunter2"), "{message}");
        message
    }

    #[test]
    fn the_way_is_protected_or_said_not_to_be() {
        for (url, encrypted) in [
            ("postgres://u:hunter2@localhost/auth", false),
            ("postgresql://u@127.0.0.1:5433/auth", false),
            ("postgres://u@[::1]/auth", false),
            ("postgres://u@%2Fvar%2Frun%2Fpostgresql/auth", false),
            ("postgres://u@db.internal/auth?sslmode=disable", false),
            ("postgres://u@db.example.com/auth?sslmode=require", true),
            ("postgres://u@localhost/auth?sslmode=verify-full", true),
            (
                "postgres://u@a,b/x?sslmode=verify-full&sslrootcert=system",
                true,
            ),
        ] {
            let address = Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(address.tls.is_some(), encrypted, "{url}");
            let required = address.config.get_ssl_mode() == SslMode::Require;
            assert_eq!(required, encrypted, "{url}: never `prefer`");
        }
        for (query, said) in [
            ("", "must say how"),
            ("?sslmode=prefer", "protects nothing"),
            ("?sslmode=allow", "protects nothing"),
            ("?sslmode=verify-ca", "verify-full"),
            ("?sslmode=on", "verify-full, require or disable"),
            ("?sslmode=require&sslrootcert=/nowhere.pem", "/nowhere.pem"),
            ("?sslmode=require&sslkey=a.key", "sslkey"),
        ] {
            let message = refused(&format!("postgres://u:hunter2@db/auth{query}"));
            assert!(message.contains(said), "{message}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in [
            "postgres://",
            "postgres://u:hunter2@:x/auth",
            "postgres://u:hunter2@localhost:port/auth",
            "postgres://u:hunter2@localhost/auth?options=%ff",
            "postgres://u:hunter2@localhost/auth?nonsense=hunter2",
        ] {
            refused(url);
        }
    }

    #[test]
    fn other_options_reach_the_database() {
        let url = "postgres://u@localhost/auth?options=-csearch_path%3Dx%2Cy&connect_timeout=7";
        let address = Address::parse(url).expect("it is right");
        assert_eq!(address.config.get_options(), Some("-csearch_path=x,y"));
        let timeout = address.config.get_connect_timeout();
        assert_eq!(timeout, Some(&Duration::from_secs(7)));
    }
}
