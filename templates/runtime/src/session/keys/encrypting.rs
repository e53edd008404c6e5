//! Signing keys as they are stored: encrypted, where that is configured.

use super::SigningKeys;
use crate::crypto::encryption::Unreadable;
use crate::crypto::token;
use crate::error::Error;
use crate::store::SigningKeyRow;

impl SigningKeys {
    /// Reads all keys, and encrypts those again that are not as the settings say: stored in the clear, or
    /// under a secret that is not the first any more. It runs at the start of a server, so that a missing secret
    /// stops the start with an explanation for the operator, and not the first request.
    ///
    /// # Errors
    /// A key cannot be read, and what to do about it.
    pub async fn encrypt_anew(&self) -> Result<(), Error> {
        let encryption = &self.0.encryption;
        for row in self.0.store.signing_keys().await? {
            let kid = row.kid.as_str();
            let plain = self.decrypted(&row)?;
            if !encryption.is_outdated(&row.private_key) {
                continue;
            }
            let encrypted = encryption.encrypt(kid, &plain)?;
            let store = &self.0.store;
            // Where another server was faster there is nothing left to do.
            if store
                .replace_private_key(kid, &token::sha256(&row.private_key), &encrypted)
                .await?
            {
                tracing::info!(kid, "a signing key was encrypted");
            }
        }
        self.load().await
    }

    /// The private key of a row.
    pub(super) fn decrypted(&self, row: &SigningKeyRow) -> Result<Vec<u8>, Error> {
        let opened = self.0.encryption.decrypt(&row.kid, &row.private_key);
        opened.map_err(|unreadable| {
            let cure = match unreadable {
                Unreadable::NoSecret => {
                    "is encrypted: set AUTH_ENCRYPTION_SECRET to the secret it was encrypted under"
                }
                Unreadable::OtherSecret => {
                    "is encrypted under another secret: add that one to AUTH_ENCRYPTION_SECRET, \
                     behind the current one"
                }
                Unreadable::Broken => "is damaged",
            };
            let kid = &row.kid;
            Error::internal(format!(
                "the signing key {kid} {cure}; if it is lost for good, delete its row from \
                 signing_keys: whoever has a token of it then refreshes"
            ))
        })
    }
}
