//! Adding a login method with a password to the user of a session.

use super::*;
use crate::store::tests::{add_user, address, session};
use crate::store::users::primary::JoinRefusal;

/// Verifies the address of a user.
struct Verify(User);

impl Transaction for Verify {
    type Output = bool;
    const NAME: &'static str = "test_verify";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        users::set_verified(tx, &self.0.id, &self.0.emails[0], true).await
    }
}

const PROVEN: &str = "proven@beside.co";

/// Adds a login method of another recipe to the user of a session.
struct AddProven(SessionNames);

impl Transaction for AddProven {
    type Output = JoinOutcome;
    const NAME: &'static str = "test_add_proven";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<JoinOutcome, TxError> {
        let new = users::NewUser {
            language: None,
            recipe_id: "test",
            tenant_id: "public",
            email: Some(PROVEN),
            phone_number: None,
            third_party: None,
            verified: true,
            identifiers: &[],
            credentials: &[],
            time_joined: 1,
        };
        let user = users::create(tx, &new).await?;
        let user = user.ok_or_else(|| Error::internal("nothing is in its way"))?;
        primary::join(tx, &self.0, &user.id, 1).await
    }
}

pub(crate) async fn holds(store: &dyn Store) {
    let [owner, method] = ["owner@beside.co", "method@beside.co"];
    let (owner, method) = (add_user(store, owner).await, add_user(store, method).await);
    for user in [&owner, &method] {
        let verified = store.run(Verify(user.clone())).await;
        assert!(verified.expect("write"));
    }
    let mut row = session("beside", &owner.id, "public");
    row.recipe_user_id.clone_from(&owner.id);
    let names = SessionNames {
        handle: row.handle.clone(),
        user_id: row.user_id.clone(),
        recipe_user_id: row.recipe_user_id.clone(),
        tenant_id: row.tenant_id.clone(),
    };
    store.create_session(row).await.expect("write");
    a_password_that_has_changed_adds_nothing(store, &names, &method).await;
    a_sign_up_is_stored_with_its_user_or_not_at_all(store, &names).await;
    let user = store.user(&owner.id).await.expect("read").expect("there");
    assert_eq!(user.login_methods.len(), 4);
}

async fn a_password_that_has_changed_adds_nothing(
    store: &dyn Store,
    session: &SessionNames,
    method: &User,
) {
    let join = |hash: &str| JoinByPassword {
        join: Join {
            session: session.clone(),
            recipe_user_id: method.id.clone(),
            now: 1,
        },
        password_hash: hash.to_owned(),
    };
    let outcome = store.run(join("a hash that was replaced")).await;
    assert_eq!(outcome.expect("write"), None);
    let alone = store.user(&method.id).await.expect("read");
    assert_eq!(alone.expect("there").id, method.id);
    let hash = format!("hash of {}", method.emails[0]);
    let outcome = store.run(join(&hash)).await.expect("write");
    assert_eq!(outcome, Some(JoinOutcome::Done(Vec::new())));
    let outcome = store.run(join(&hash)).await.expect("write");
    assert_eq!(outcome, Some(JoinOutcome::Already));
}

async fn a_sign_up_is_stored_with_its_user_or_not_at_all(
    store: &dyn Store,
    session: &SessionNames,
) {
    let sign_up = async |email: &str, session: &SessionNames| {
        let sign_up = SignUpBeside {
            new: NewEmailPasswordUser {
                tenant_id: "public".to_owned(),
                email: address(email),
                password_hash: "a hash".to_owned(),
                language: None,
                time_joined: 1,
            },
            session: session.clone(),
            now: 1,
        };
        store.run(sign_up).await.expect("write")
    };
    let known = async |email: &str| {
        let found = store.email_password_user("public", &address(email)).await;
        found.expect("read").is_some()
    };
    let refused = sign_up("new@beside.co", session).await;
    let is_not_proven = matches!(
        refused,
        SignedUpBeside::Refused(JoinOutcome::Refused(JoinRefusal::NotProven))
    );
    assert!(is_not_proven && !known("new@beside.co").await);
    let over = SessionNames {
        handle: "none".to_owned(),
        ..session.clone()
    };
    let refused = sign_up("new@beside.co", &over).await;
    let is_over = matches!(refused, SignedUpBeside::Refused(JoinOutcome::SessionOver));
    assert!(is_over && !known("new@beside.co").await);
    let taken = sign_up("owner@beside.co", session).await;
    assert!(matches!(taken, SignedUpBeside::EmailTaken));
    // An address that the user has proven by another login method.
    let proven = store.run(AddProven(session.clone())).await;
    assert_eq!(proven.expect("write"), JoinOutcome::Done(Vec::new()));
    let joined = sign_up(PROVEN, session).await;
    assert!(matches!(joined, SignedUpBeside::Joined(..)));
    assert!(known(PROVEN).await);
}
