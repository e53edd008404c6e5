//! What each database promises about authenticator apps.

mod guesses;
mod mounting;

use std::sync::Arc;

use super::presenting::ResetDevices;
use super::sql::{AllDevices, DeviceRow, ReplaceSecret, label};
use super::*;
use crate::crypto::encryption::Encryption;
use crate::store::{Retry, Store, Transaction, Tx, TxError, users};

/// When the tests run, in milliseconds: at the beginning of a period.
const NOW: i64 = 1_800_000_000_000;

/// A period in milliseconds.
const STEP: i64 = 30_000;

const LIMIT: AttemptLimit = AttemptLimit {
    most: 3,
    cooldown: 60_000,
};

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    devices_are_made_replaced_and_removed(&**store).await;
    secrets_are_bound_to_their_row_and_are_encrypted_again(&**store).await;
    guesses::hold(store).await;
    store.run(CleanUp).await.expect("write");
}

/// Deletes the users of these tests, since other tests count what is stored.
struct CleanUp;

impl Transaction for CleanUp {
    type Output = ();
    const NAME: &'static str = "clean_up_after_totp";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        for sql in [
            "DELETE FROM one_time_secrets WHERE kind = 'totp/failures'",
            "DELETE FROM users WHERE id IN (
                 SELECT user_id FROM login_methods WHERE email LIKE '%@totp.example')",
        ] {
            tx.execute(sql, &[]).await?;
        }
        Ok(())
    }
}

/// Signs a user up; their id.
struct SignUp(&'static str);

impl Transaction for SignUp {
    type Output = String;
    const NAME: &'static str = "sign_up_for_totp";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        let new = users::NewUser {
            language: None,
            recipe_id: "test",
            tenant_id: "public",
            email: Some(self.0),
            phone_number: None,
            third_party: None,
            verified: true,
            identifiers: &[("test/totp", self.0)],
            credentials: &[],
            time_joined: 1,
        };
        let user = users::create(tx, &new).await?;
        Ok(user.expect("the address is new").id)
    }
}

async fn sign_up(store: &dyn Store, email: &'static str) -> String {
    store.run(SignUp(email)).await.expect("write")
}

fn add(user_id: &str, name: Option<&str>) -> AddDevice {
    AddDevice {
        user_id: user_id.to_owned(),
        recipe_user_id: user_id.to_owned(),
        name: name.map(str::to_owned),
        secret: b"12345678901234567890".to_vec(),
        period: codes::PERIOD,
        skew: 1,
        encryption: Encryption::default(),
        has_completed: false,
        now: NOW,
    }
}

async fn added(store: &dyn Store, device: AddDevice) -> Result<String, Added> {
    match store.run(device).await.expect("write") {
        Added::Done { name, .. } => Ok(name),
        refused => Err(refused),
    }
}

/// The code of the period of a time. `codes` compares with those of the RFC.
fn code(at: i64) -> String {
    let totp = totp_rs::Builder::new()
        .with_secret(b"12345678901234567890".to_vec())
        .build();
    let seconds = u64::try_from(at / 1000).expect("it is after 1970");
    let code = totp.expect("the secret is long enough").generate(seconds);
    code.to_string()
}

fn present(user_id: &str, code: &str, now: i64) -> PresentCode {
    PresentCode {
        user_id: user_id.to_owned(),
        of: Of::Verified,
        code: code.to_owned(),
        limit: LIMIT,
        encryption: Encryption::default(),
        now,
    }
}

fn of_device(name: &str, present: PresentCode) -> PresentCode {
    let name = name.to_owned();
    let has_completed = false;
    PresentCode {
        of: Of::Named {
            name,
            has_completed,
        },
        ..present
    }
}

async fn presented(store: &dyn Store, present: PresentCode) -> Presented {
    store.run(present).await.expect("write")
}

async fn names_of(store: &dyn Store, user_id: &str) -> Vec<(String, bool)> {
    let devices = store.run(Devices(user_id.to_owned())).await.expect("read");
    let devices = devices.into_iter();
    devices
        .map(|device| (device.name, device.verified))
        .collect()
}

async fn devices_are_made_replaced_and_removed(store: &dyn Store) {
    assert_eq!(
        added(store, add("nobody", None)).await,
        Err(Added::UnknownUser)
    );
    let ana = sign_up(store, "ana@totp.example").await;
    let unnamed = "TOTP Device 0".to_owned();
    for _ in 0..2 {
        assert_eq!(added(store, add(&ana, None)).await, Ok(unnamed.clone()));
    }
    let named = added(store, add(&ana, Some("phone"))).await;
    assert_eq!(named, Ok("phone".to_owned()));
    let right = of_device("phone", present(&ana, &code(NOW), NOW));
    assert_eq!(
        presented(store, right).await,
        Presented::Right {
            newly_verified: Some("phone".to_owned())
        }
    );
    // From now on the session has to have completed the factor.
    assert_eq!(
        added(store, add(&ana, None)).await,
        Err(Added::FactorMissing)
    );
    let completed = |name| AddDevice {
        has_completed: true,
        ..add(&ana, name)
    };
    assert_eq!(
        added(store, completed(Some("phone"))).await,
        Err(Added::AlreadyExists)
    );
    let next = added(store, completed(None)).await;
    assert_eq!(next, Ok("TOTP Device 1".to_owned()));
    let drop_device = |name: &str, may_be_verified| DropDevice {
        user_id: ana.clone(),
        name: name.to_owned(),
        may_be_verified,
    };
    for (name, may_be_verified, expected) in [
        ("phone", false, Dropped::FactorMissing),
        ("tablet", false, Dropped::NotFound),
        (
            "TOTP Device 1",
            false,
            Dropped::Done {
                was_verified: false,
            },
        ),
        ("phone", true, Dropped::Done { was_verified: true }),
        ("phone", true, Dropped::NotFound),
    ] {
        let dropped = store.run(drop_device(name, may_be_verified)).await;
        assert_eq!(dropped.expect("write"), expected, "{name}");
    }
    assert_eq!(names_of(store, &ana).await, [(unnamed, false)]);
    for number in 0..19 {
        let name = format!("more {number}");
        assert!(added(store, add(&ana, Some(&name))).await.is_ok());
    }
    assert_eq!(
        added(store, add(&ana, Some("one more"))).await,
        Err(Added::TooMany)
    );
    // One that takes the place of another is none more.
    assert!(added(store, add(&ana, Some("more 3"))).await.is_ok());
    let reset = store.run(ResetDevices(ana.clone())).await.expect("write");
    assert_eq!(reset, (Vec::new(), 20));
    assert_eq!(names_of(store, &ana).await, []);
}

async fn secrets_are_bound_to_their_row_and_are_encrypted_again(store: &dyn Store) {
    let under = |secrets: &str| -> Encryption { secrets.parse().expect("they are long enough") };
    let (old, new) = (
        "00112233445566778899aabbccddeeff",
        "a3f1c2d4e5b60718293a4b5c6d7e8f90",
    );
    let zoe = sign_up(store, "zoe@totp.example").await;
    let encrypted = AddDevice {
        encryption: under(old),
        ..add(&zoe, Some("phone"))
    };
    added(store, encrypted).await.expect("it is made");
    let of_zoe = async || -> DeviceRow {
        let after = (zoe.clone(), String::new());
        let all = store.run(AllDevices { after }).await.expect("read");
        all.into_iter().next().expect("it is there")
    };
    let device = of_zoe().await;
    assert_eq!(
        (&device.recipe_user_id, device.name.as_str()),
        (&zoe, "phone")
    );
    assert!(
        !device
            .secret
            .windows(20)
            .any(|part| part == b"12345678901234567890")
    );
    assert!(device.opened(&under(old)).is_ok());
    let refused = device
        .opened(&under(new))
        .expect_err("it is another secret");
    assert!(
        refused.to_string().contains("AUTH_ENCRYPTION_SECRET"),
        "{refused}"
    );
    let moved = DeviceRow {
        name: "tablet".to_owned(),
        ..device.clone()
    };
    let refused = moved.opened(&under(old)).expect_err("it is another row");
    assert!(refused.to_string().contains("damaged"), "{refused}");

    let both = under(&format!("{new},{old}"));
    let secret = device.opened(&both).expect("it is readable");
    let to = both
        .encrypt(&label(&zoe, "phone"), &secret)
        .expect("random");
    let made_anew = DeviceRow {
        created_at: NOW - 1,
        ..device.clone()
    };
    for (device, opens) in [(made_anew, false), (device, true)] {
        let to = to.clone();
        store
            .run(ReplaceSecret { device, to })
            .await
            .expect("write");
        assert_eq!(of_zoe().await.opened(&under(new)).is_ok(), opens);
    }
    let after = (zoe.clone(), "phone".to_owned());
    let rest = store.run(AllDevices { after }).await.expect("read");
    assert!(rest.iter().all(|device| device.recipe_user_id > zoe));
}
