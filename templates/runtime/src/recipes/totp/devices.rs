//! The authenticator apps of users, for applications and operators; and how their secrets are encrypted again.

use super::presenting::ResetDevices;
use super::sql::{AllDevices, Devices, DropDevice, Dropped, ReplaceSecret, label};
use super::{FACTOR, settings};
use crate::admin::Admin;
use crate::auth::Auth;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::shapes::TotpDevice;
use crate::store::{Store, names};

/// The authenticator apps of users.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth, user_id: &str) -> Result<(), auth_runtime::Error> {
/// // The user has lost their phone, and has proven in another way who they are.
/// let removed = auth.totp().reset(user_id).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct TotpDevices<'a> {
    store: &'a dyn Store,
    /// Where it is a server, whose handlers learn what changes.
    auth: Option<&'a Auth>,
}

impl Auth {
    /// The authenticator apps of users.
    pub fn totp(&self) -> TotpDevices<'_> {
        TotpDevices {
            store: self.store(),
            auth: Some(self),
        }
    }
}

impl Admin {
    /// The authenticator apps of users.
    pub fn totp(&self) -> TotpDevices<'_> {
        TotpDevices {
            store: self.store(),
            auth: None,
        }
    }
}

impl TotpDevices<'_> {
    /// Those of a user, by their names. The id may be that of a login method.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, user_id: &str) -> Result<Vec<TotpDevice>, Error> {
        let Some(user_id) = self.user(user_id).await? else {
            return Ok(Vec::new());
        };
        let devices = self.store.run(Devices(user_id)).await?;
        Ok(devices.into_iter().map(Into::into).collect())
    }

    /// Removes one, verified or not; whether it was there.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove(&self, user_id: &str, name: &str) -> Result<bool, Error> {
        let user_id = self.user(user_id).await?;
        let Some(user_id) = user_id.filter(|_| names::is_name(name)) else {
            return Ok(false);
        };
        let drop_device = DropDevice {
            user_id: user_id.clone(),
            name: name.to_owned(),
            may_be_verified: true,
        };
        let dropped = self.store.run(drop_device).await?;
        if dropped == (Dropped::Done { was_verified: true }) {
            self.removed(&user_id, name);
        }
        Ok(dropped != Dropped::NotFound)
    }

    /// Removes all of a user who has lost them, and forgets wrong codes, so that they can set up another one; how many
    /// there were. Their sessions stay.
    ///
    /// # Errors
    /// The store failed.
    pub async fn reset(&self, user_id: &str) -> Result<usize, Error> {
        let Some(user_id) = self.user(user_id).await? else {
            return Ok(0);
        };
        let (verified, count) = self.store.run(ResetDevices(user_id.clone())).await?;
        for name in &verified {
            self.removed(&user_id, name);
        }
        Ok(count)
    }

    /// The id of the user who has an id, or a login method of it.
    async fn user(&self, id: &str) -> Result<Option<String>, Error> {
        Ok(self.store.user(id).await?.map(|user| user.id))
    }

    fn removed(&self, user_id: &str, name: &str) {
        if let Some(auth) = self.auth {
            announce_removal(auth, user_id, name);
        }
    }
}

/// Announces to the application that a verified device is gone.
pub(super) fn announce_removal(auth: &Auth, user_id: &str, name: &str) {
    auth.raise(|at| AuthEvent::FactorRemoved {
        user_id: user_id.to_owned(),
        factor: FACTOR,
        name: name.to_owned(),
        at,
    });
}

/// Encrypts secrets that are not encrypted as the settings say: stored in the clear, or under a key that is not the
/// first any more. A secret that cannot be read stops the start, with what to do.
///
/// # Errors
/// As above; the store failed.
pub(super) async fn encrypt_again(auth: &Auth) -> Result<(), Error> {
    let encryption = settings::encryption(auth.config());
    let mut after = (String::new(), String::new());
    let mut was_replaced = false;
    loop {
        let devices = auth.store().run(AllDevices { after }).await?;
        let Some(last) = devices.last() else { break };
        after = (last.recipe_user_id.clone(), last.name.clone());
        for device in devices {
            let secret = device.opened(encryption)?;
            if !encryption.is_outdated(&device.secret) {
                continue;
            }
            let to = encryption.encrypt(&label(&device.recipe_user_id, &device.name), &secret)?;
            auth.store().run(ReplaceSecret { device, to }).await?;
            was_replaced = true;
        }
    }
    if was_replaced && !auth.store().empty_log().await? {
        tracing::warn!("the database is in use: its -wal file keeps secrets that were replaced");
    }
    Ok(())
}
