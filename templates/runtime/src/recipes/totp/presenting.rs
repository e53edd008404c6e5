//! Checking a code, and counting wrong ones, in one transaction.
//!
//! Rules:
//! - a code counts once: a device accepts only codes of later periods than the one that it accepted last (RFC 6238 §5.2;
//!   OWASP ASVS 5.0, 6.5.1), by a conditional write;
//! - wrong codes are counted for the user, whatever the device, the tenant and the operation. After a number of them in a
//!   row no code is looked at for a while (6.3.1), the right one neither. Requests of one user run one after the other, so
//!   that parallel guesses are counted too;
//! - a right code starts the count again.

use super::codes;
use super::settings::AttemptLimit;
use super::sql::{DeviceRow, devices, is_protected, lock};
use crate::crypto::encryption::Encryption;
use crate::error::Error;
use crate::store::{Retry, Transaction, Tx, TxError, secrets};

/// The one-time secret of wrong codes: its hash and its subject are the user, its data are the times of the wrong codes
/// in a row, newest first, as JSON.
const FAILURES: &str = "totp/failures";

/// No code has more characters: such a text is no guess.
const LONGEST_CODE: usize = 8;

/// Checks a code.
pub(super) struct PresentCode {
    pub(super) user_id: String,
    pub(super) of: Of,
    pub(super) code: String,
    pub(super) limit: AttemptLimit,
    pub(super) encryption: Encryption,
    pub(super) now: i64,
}

/// Which devices a code may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Of {
    /// Any that is verified.
    Verified,
    /// The one of this name, which is to be verified.
    Named {
        name: String,
        /// Whether the session has completed the factor.
        has_completed: bool,
    },
}

/// Outcome of a [`PresentCode`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presented {
    /// It is right; whether the device of this name was verified by it.
    Right { newly_verified: Option<String> },
    /// It is wrong, or was used before; how many wrong ones there are in a row.
    Wrong { failures: i64 },
    /// It was not looked at, and none is for so many milliseconds.
    Limited { retry_after: i64, failures: i64 },
    /// The user has no device at all, or none of the name.
    NoDevice,
    /// The device is verified, and the code was not looked at.
    AlreadyVerified,
    /// The user has a verified device, and the session has not shown a code of one.
    FactorMissing,
}

impl Transaction for PresentCode {
    type Output = Presented;
    const NAME: &'static str = "present_totp_code";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Presented, TxError> {
        lock(tx, &self.user_id).await?;
        let devices = devices(tx, &self.user_id).await?;
        let candidates: Vec<&DeviceRow> = match &self.of {
            Of::Verified if devices.is_empty() => return Ok(Presented::NoDevice),
            Of::Verified => devices.iter().filter(|device| device.verified).collect(),
            Of::Named { has_completed, .. } if is_protected(&devices) && !has_completed => {
                return Ok(Presented::FactorMissing);
            }
            Of::Named { name, .. } => devices.iter().filter(|it| it.name == *name).collect(),
        };
        if let Of::Named { .. } = self.of {
            if candidates.is_empty() {
                return Ok(Presented::NoDevice);
            }
            if candidates.iter().any(|device| device.verified) {
                return Ok(Presented::AlreadyVerified);
            }
        }
        let mut failures = self.failures(tx).await?;
        if failures.len() >= self.limit.most
            && let Some(newest) = failures.first()
        {
            let elapsed = self.now.saturating_sub(*newest);
            if elapsed < self.limit.cooldown {
                return Ok(Presented::Limited {
                    retry_after: self.limit.cooldown - elapsed,
                    failures: count(&failures),
                });
            }
            failures.clear();
        }
        if self.code.chars().count() > LONGEST_CODE {
            let failures = count(&failures) + 1;
            return Ok(Presented::Wrong { failures });
        }
        for device in candidates {
            if self.is_of(tx, device).await? {
                secrets::consume_all(tx, FAILURES, &self.user_id).await?;
                let name = || device.name.clone();
                let newly_verified = (!device.verified).then(name);
                return Ok(Presented::Right { newly_verified });
            }
        }
        // A refusal that counts must commit: it is `Ok`.
        failures.insert(0, self.now);
        failures.truncate(self.limit.most);
        self.store_failures(tx, &failures).await?;
        let failures = count(&failures);
        Ok(Presented::Wrong { failures })
    }
}

impl PresentCode {
    /// Whether the code is one of a device, and newer than all that the device has accepted. Then the device is verified.
    async fn is_of(&self, tx: &mut Tx<'_>, device: &DeviceRow) -> Result<bool, TxError> {
        let secret = device.opened(&self.encryption)?;
        let (period, skew) = (device.period, device.skew);
        let step = codes::matching_step(&secret, period, skew, &self.code, self.now)?;
        let Some(step) = step.filter(|step| *step > device.last_step) else {
            return Ok(false);
        };
        // The UPDATE decides: of two requests with one code, one changes no row.
        let changed = tx
            .execute(
                "UPDATE totp_devices SET last_step = $3, verified = $4
                 WHERE recipe_user_id = $1 AND name = $2 AND last_step < $3",
                &[
                    (&device.recipe_user_id).into(),
                    (&device.name).into(),
                    step.into(),
                    true.into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// The times of the wrong codes in a row that still count, newest first.
    async fn failures(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>, TxError> {
        let Some(stored) = secrets::find(tx, FAILURES, &self.user_id).await? else {
            return Ok(Vec::new());
        };
        let mut times: Vec<i64> = serde_json::from_str(&stored.data).map_err(Error::internal)?;
        let newest = times.first().copied().unwrap_or(0);
        times.retain(|time| *time > newest.saturating_sub(self.limit.cooldown));
        times.truncate(self.limit.most);
        Ok(times)
    }

    async fn store_failures(&self, tx: &mut Tx<'_>, times: &[i64]) -> Result<(), TxError> {
        secrets::consume_all(tx, FAILURES, &self.user_id).await?;
        let new = secrets::NewSecret {
            kind: FAILURES,
            hash: &self.user_id,
            subject: &self.user_id,
            data: &serde_json::to_string(times).map_err(Error::internal)?,
            expires_at: self.now.saturating_add(self.limit.cooldown),
        };
        secrets::issue(tx, &new).await.map(drop)
    }
}

fn count(failures: &[i64]) -> i64 {
    i64::try_from(failures.len()).unwrap_or(i64::MAX)
}

/// Removes all devices of a user, and forgets wrong codes; the names of those that were verified, and how many there were.
pub(super) struct ResetDevices(pub(super) String);

impl Transaction for ResetDevices {
    type Output = (Vec<String>, usize);
    const NAME: &'static str = "reset_totp_devices";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        lock(tx, &self.0).await?;
        let devices = devices(tx, &self.0).await?;
        tx.execute(
            "DELETE FROM totp_devices WHERE recipe_user_id IN (
                 SELECT recipe_user_id FROM login_methods WHERE user_id = $1)",
            &[(&self.0).into()],
        )
        .await?;
        secrets::consume_all(tx, FAILURES, &self.0).await?;
        let count = devices.len();
        let verified = devices.into_iter().filter(|device| device.verified);
        Ok((verified.map(|device| device.name).collect(), count))
    }
}
