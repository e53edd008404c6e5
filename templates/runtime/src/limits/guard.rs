//! The functions that check a secret: each takes an attempt first.

use super::{Attempt, Device, Key, Kind, Limits};
#[cfg(feature = "passwords")]
use crate::crypto::password::Passwords;
use crate::error::Error;
use crate::network::{Location, Network};

/// The client, as limits count it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// The network, where it is known.
    pub(crate) network: Option<Network>,
    /// What the device cookies say; only clients that keep their session in cookies have one.
    pub(crate) device_cookies: Vec<String>,
}

impl Limits {
    /// The client.
    pub(crate) fn client(&self, location: Location, device_cookies: Vec<String>) -> Client {
        Client {
            network: self.network(location),
            device_cookies,
        }
    }

    /// Whether a password is the one of an account. The only place where a stored password is compared with
    /// one that a client sends. `account` names the account with its tenant, whether it exists or not;
    /// `stored` is its hash, if it does.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] where the password is not looked at; [`Error::Unavailable`] when too many
    /// passwords are being hashed; the store failed.
    #[cfg(feature = "passwords")]
    pub(crate) async fn verify_password(
        &self,
        passwords: &Passwords,
        client: &Client,
        account: &str,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Error> {
        let attempt = self.guess(Kind::SignIn, client, account).await?;
        match passwords.verify(client.network, password, stored).await {
            Ok(true) => {
                attempt.succeeded().await?;
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(error) => {
                // Nothing was compared.
                attempt.give_back().await?;
                Err(error)
            }
        }
    }

    /// Counts a guess of a secret of an account. A right one gives it back ([`Attempt::succeeded`]).
    ///
    /// Guesses of a known device count for the device alone: neither those of others at the account nor those of
    /// others in its network stop it.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`]; the store failed.
    pub(crate) async fn guess(
        &self,
        kind: Kind,
        client: &Client,
        account: &str,
    ) -> Result<Attempt, Error> {
        match self.known_device(client, account) {
            Some(device) => self.take(kind, &[Key::Device(&device)]).await,
            None => self.count(kind, client, account).await,
        }
    }

    /// Counts an attempt at an account for the account and for the network of the client.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`]; the store failed.
    pub(crate) async fn count(
        &self,
        kind: Kind,
        client: &Client,
        account: &str,
    ) -> Result<Attempt, Error> {
        let network = client.network.map(Key::Network);
        let keys: Vec<_> = [Some(Key::Account(account)), network]
            .into_iter()
            .flatten()
            .collect();
        self.take(kind, &keys).await
    }

    /// The device of the client, where the owner of the account has signed in on it.
    fn known_device(&self, client: &Client, account: &str) -> Option<Device> {
        let mut cookies = client.device_cookies.iter();
        cookies.find_map(|cookie| self.device(cookie, account))
    }
}
