//! The table of devices: making, listing and removing them. How codes are checked is in `presenting`.
//!
//! The devices of a user are those of all their login methods. Changes of one user's devices run one after the other
//! ([`lock`]). A secret is encrypted where it is written and decrypted where a code is checked; its place in the table is
//! authenticated with it, so that no row can be put in place of another.

use crate::crypto::encryption::{Encryption, Unreadable};
use crate::error::Error;
use crate::shapes::{TotpDevice, User};
use crate::store::{Access, Retry, Row, Transaction, Tx, TxError, users};

/// How many devices a user may have.
const MOST_DEVICES: usize = 20;

/// A device as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct DeviceRow {
    pub(super) recipe_user_id: String,
    pub(super) name: String,
    /// As it is encrypted.
    pub(super) secret: Vec<u8>,
    pub(super) period: i64,
    pub(super) skew: i64,
    pub(super) verified: bool,
    /// The number of the period whose code was accepted last.
    pub(super) last_step: i64,
    pub(super) created_at: i64,
}

impl DeviceRow {
    /// The secret.
    ///
    /// # Errors
    /// It cannot be decrypted, and what to do about it.
    pub(super) fn opened(&self, encryption: &Encryption) -> Result<Vec<u8>, Error> {
        let opened = encryption.decrypt(&label(&self.recipe_user_id, &self.name), &self.secret);
        opened.map_err(|unreadable| {
            let what = match unreadable {
                Unreadable::NoSecret => {
                    "is encrypted: set AUTH_ENCRYPTION_SECRET to the secret it was encrypted under"
                }
                Unreadable::OtherSecret => {
                    "is encrypted under another secret: add that one to AUTH_ENCRYPTION_SECRET, after the current one"
                }
                Unreadable::Broken => "is damaged",
            };
            let id = &self.recipe_user_id;
            Error::internal(format!("the secret of an authenticator app of {id} {what}"))
        })
    }
}

impl From<DeviceRow> for TotpDevice {
    fn from(row: DeviceRow) -> Self {
        Self {
            name: row.name,
            period: row.period,
            skew: row.skew,
            verified: row.verified,
        }
    }
}

/// What is authenticated with the ciphertext of a secret.
pub(super) fn label(recipe_user_id: &str, name: &str) -> String {
    format!("authenticator app {name} of {recipe_user_id}")
}

/// Makes transactions about the devices of one user run one after the other.
pub(super) async fn lock(tx: &mut Tx<'_>, user_id: &str) -> Result<(), TxError> {
    tx.lock(&format!("totp/{user_id}")).await
}

/// The devices of a user, by their names.
pub(super) async fn devices(tx: &mut Tx<'_>, user_id: &str) -> Result<Vec<DeviceRow>, TxError> {
    let rows = tx
        .query(
            "SELECT device.recipe_user_id, device.name, device.secret, device.period, device.skew, device.verified,
                    device.last_step, device.created_at
             FROM totp_devices AS device
             JOIN login_methods AS method ON method.recipe_user_id = device.recipe_user_id
             WHERE method.user_id = $1 ORDER BY device.name, device.recipe_user_id",
            &[user_id.into()],
        )
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<DeviceRow, TxError> {
    Ok(DeviceRow {
        recipe_user_id: row.take(0)?,
        name: row.take(1)?,
        secret: row.take(2)?,
        period: row.take(3)?,
        skew: row.take(4)?,
        verified: row.take(5)?,
        last_step: row.take(6)?,
        created_at: row.take(7)?,
    })
}

/// The devices of a user, by their names.
pub(super) struct Devices(pub(super) String);

impl Transaction for Devices {
    type Output = Vec<DeviceRow>;
    const NAME: &'static str = "totp_devices";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        devices(tx, &self.0).await
    }
}

/// Makes a device that is not verified yet, in place of one of its name that is not either.
pub(super) struct AddDevice {
    pub(super) user_id: String,
    /// The login method of the session.
    pub(super) recipe_user_id: String,
    /// Its name; `None` for the next number.
    pub(super) name: Option<String>,
    pub(super) secret: Vec<u8>,
    pub(super) period: i64,
    pub(super) skew: i64,
    pub(super) encryption: Encryption,
    /// Whether the session has completed the factor.
    pub(super) has_completed: bool,
    pub(super) now: i64,
}

/// Outcome of an [`AddDevice`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Added {
    /// It is made, with this name, for this user.
    Done { name: String, user: Box<User> },
    /// There is no such user.
    UnknownUser,
    /// The user has a verified device, and the session has not shown a code of one.
    FactorMissing,
    /// A verified device has the name.
    AlreadyExists,
    /// The user has as many devices as one may have.
    TooMany,
}

impl Transaction for AddDevice {
    type Output = Added;
    const NAME: &'static str = "add_totp_device";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Added, TxError> {
        lock(tx, &self.user_id).await?;
        let Some(user) = users::by_id(tx, &self.user_id).await? else {
            return Ok(Added::UnknownUser);
        };
        // The device stays with the user when other login methods of theirs are taken away.
        let owner = [&user.id, &self.recipe_user_id].into_iter();
        let owner = owner.filter_map(|id| user.login_method(id)).next();
        let owner = owner.or_else(|| user.login_methods.first());
        let Some(owner) = owner.map(|method| method.recipe_user_id.clone()) else {
            return Ok(Added::UnknownUser);
        };
        let devices = devices(tx, &user.id).await?;
        if is_protected(&devices) && !self.has_completed {
            return Ok(Added::FactorMissing);
        }
        let name = self.name.clone().unwrap_or_else(|| next_name(&devices));
        let mut same_name = devices.iter().filter(|device| device.name == name);
        if same_name.any(|device| device.verified) {
            return Ok(Added::AlreadyExists);
        }
        let others = devices.iter().filter(|device| device.name != name).count();
        if others >= MOST_DEVICES {
            return Ok(Added::TooMany);
        }
        remove(tx, &user.id, &name).await?;
        let secret = self
            .encryption
            .encrypt(&label(&owner, &name), &self.secret)?;
        tx.execute(
            "INSERT INTO totp_devices (recipe_user_id, name, secret, period, skew, verified, last_step, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                (&owner).into(),
                (&name).into(),
                (&secret).into(),
                self.period.into(),
                self.skew.into(),
                false.into(),
                (-1).into(),
                self.now.into(),
            ],
        )
        .await?;
        let user = Box::new(user);
        Ok(Added::Done { name, user })
    }
}

/// Whether one of the devices counts as the second factor of its user.
pub(super) fn is_protected(devices: &[DeviceRow]) -> bool {
    devices.iter().any(|device| device.verified)
}

/// The name of a device that gets none: the next number that no verified one has.
fn next_name(devices: &[DeviceRow]) -> String {
    let verified: Vec<&str> = devices
        .iter()
        .filter(|device| device.verified)
        .map(|device| device.name.as_str())
        .collect();
    let mut number = verified.len();
    loop {
        let name = format!("TOTP Device {number}");
        if !verified.contains(&name.as_str()) {
            return name;
        }
        number += 1;
    }
}

/// Removes the devices of a user that have this name.
async fn remove(tx: &mut Tx<'_>, user_id: &str, name: &str) -> Result<u64, TxError> {
    tx.execute(
        "DELETE FROM totp_devices WHERE name = $2 AND recipe_user_id IN (
             SELECT recipe_user_id FROM login_methods WHERE user_id = $1)",
        &[user_id.into(), name.into()],
    )
    .await
}

/// Removes a device.
pub(super) struct DropDevice {
    pub(super) user_id: String,
    pub(super) name: String,
    /// Whether a verified one may go: the session has completed the factor, or an operator asks.
    pub(super) may_be_verified: bool,
}

/// Outcome of a [`DropDevice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    /// It is gone; whether it was verified.
    Done { was_verified: bool },
    /// There is none.
    NotFound,
    /// It is verified, and must not go.
    FactorMissing,
}

impl Transaction for DropDevice {
    type Output = Dropped;
    const NAME: &'static str = "drop_totp_device";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Dropped, TxError> {
        lock(tx, &self.user_id).await?;
        let devices = devices(tx, &self.user_id).await?;
        let mut named = devices.iter().filter(|device| device.name == self.name);
        let was_verified = named.clone().any(|device| device.verified);
        if named.next().is_none() {
            return Ok(Dropped::NotFound);
        }
        if was_verified && !self.may_be_verified {
            return Ok(Dropped::FactorMissing);
        }
        remove(tx, &self.user_id, &self.name).await?;
        Ok(Dropped::Done { was_verified })
    }
}

/// Devices of all users in the order of their keys, at most a batch: for encrypting them again.
pub(super) struct AllDevices {
    /// Those after the one of this login method and name.
    pub(super) after: (String, String),
}

/// How many devices one transaction reads.
const BATCH_SIZE: i64 = 500;

impl Transaction for AllDevices {
    type Output = Vec<DeviceRow>;
    const NAME: &'static str = "all_totp_devices";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let (recipe_user_id, name) = &self.after;
        let rows = tx
            .query(
                "SELECT recipe_user_id, name, secret, period, skew, verified, last_step, created_at
                 FROM totp_devices WHERE (recipe_user_id, name) > ($1, $2)
                 ORDER BY recipe_user_id, name LIMIT $3",
                &[recipe_user_id.into(), name.into(), BATCH_SIZE.into()],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }
}

/// Stores a secret in another encryption, unless its device was made anew meanwhile: then it has another time. The old
/// bytes are no parameter, since a database may log those, and they may be the secret in the clear.
pub(super) struct ReplaceSecret {
    pub(super) device: DeviceRow,
    pub(super) to: Vec<u8>,
}

impl Transaction for ReplaceSecret {
    type Output = ();
    const NAME: &'static str = "replace_totp_secret";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.overwrite_deleted(true)?;
        let changed = tx
            .execute(
                "UPDATE totp_devices SET secret = $4 WHERE recipe_user_id = $1 AND name = $2 AND created_at = $3",
                &[
                    (&self.device.recipe_user_id).into(),
                    (&self.device.name).into(),
                    self.device.created_at.into(),
                    (&self.to).into(),
                ],
            )
            .await;
        tx.overwrite_deleted(false)?;
        changed.map(drop)
    }
}
