//! TLS of the connections that the server opens: to PostgreSQL, to a collector of traces, and to other servers.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The public certificate authorities, those of the Mozilla programme.
pub(crate) fn public_roots() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// The settings of a client that verifies certificates against these authorities.
///
/// # Errors
/// The library has no protocol version in common with its provider.
pub(crate) fn client_config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    // The provider is named, because an application may depend on several.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
