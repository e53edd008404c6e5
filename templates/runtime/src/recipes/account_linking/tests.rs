//! What each database promises about primary users and linked login methods.

mod joining;
mod races;

use std::sync::Arc;

use super::*;
use crate::store::tests::session;
use crate::store::users::primary::{PrimaryOutcome, Unlink, UnlinkOutcome};
use crate::store::users::{self, EmailChange, LanguageOfUser};
use crate::store::{FindByIdentifier, Retry, Store, Transaction, Tx, TxError};

/// A login method to be.
#[derive(Clone)]
struct New {
    tenant_id: &'static str,
    email: String,
    verified: bool,
    language: Option<&'static str>,
    time_joined: i64,
}

/// In `public`, proven.
fn new(email: &str) -> New {
    New {
        tenant_id: "public",
        email: email.to_owned(),
        verified: true,
        language: None,
        time_joined: 10,
    }
}

impl Transaction for New {
    type Output = User;
    const NAME: &'static str = "test_new_login_method";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<User, TxError> {
        let new = users::NewUser {
            recipe_id: "test",
            tenant_id: self.tenant_id,
            email: Some(&self.email),
            phone_number: None,
            third_party: None,
            verified: self.verified,
            identifiers: &[],
            credentials: &[("test", "", "a credential")],
            language: self.language,
            time_joined: self.time_joined,
        };
        let user = users::create(tx, &new).await?;
        Ok(user.ok_or_else(|| Error::internal("nothing is in its way"))?)
    }
}

/// Gives the only login method of a user another address.
struct Change(User, String);

impl Transaction for Change {
    type Output = EmailChange;
    const NAME: &'static str = "test_change_email";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<EmailChange, TxError> {
        let Self(user, email) = self;
        users::change_email(tx, user, &user.id, Some(email), true).await
    }
}

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    an_address_has_one_primary_user(&**store).await;
    a_login_method_is_linked_once(&**store).await;
    a_user_keeps_a_language_when_login_methods_come_and_go(&**store).await;
    what_is_not_proven_is_linked_on_demand_alone(&**store).await;
    login_methods_are_taken_apart_again(&**store).await;
    sessions_of_a_user_that_is_left_end_with_those_of_the_primary_user(&**store).await;
    a_user_is_deleted_by_any_login_method(&**store).await;
    joining::holds(store).await;
    races::primary_users_race(store).await;
    races::linking_and_deleting_race(store).await;
}

async fn add(store: &dyn Store, new: &New) -> User {
    store.run(new.clone()).await.expect("write")
}

async fn make_primary(store: &dyn Store, id: &str) -> PrimaryOutcome {
    let recipe_user_id = id.to_owned();
    let made = store.run(MakePrimary { recipe_user_id }).await;
    made.expect("write")
}

async fn add_primary(store: &dyn Store, email: &str) -> User {
    let user = add(store, &new(email)).await;
    assert_eq!(make_primary(store, &user.id).await, PrimaryOutcome::Done);
    user
}

fn linking(method: &User, primary: &User, is_proven_only: bool) -> Link {
    Link {
        recipe_user_id: method.id.clone(),
        primary_user_id: primary.id.clone(),
        is_proven_only,
    }
}

async fn link(store: &dyn Store, method: &User, primary: &User) -> LinkOutcome {
    let linked = store.run(linking(method, primary, true)).await;
    linked.expect("write")
}

async fn unlink(store: &dyn Store, id: &str) -> UnlinkOutcome {
    let recipe_user_id = id.to_owned();
    let unlinked = store.run(Unlink { recipe_user_id }).await;
    unlinked.expect("write")
}

async fn user(store: &dyn Store, id: &str) -> User {
    let found = store.user(id).await.expect("read");
    found.expect("there")
}

/// The primary user of an address.
async fn primary_of(store: &dyn Store, email: &str) -> Option<String> {
    let find = FindByIdentifier {
        tenant_id: "public".to_owned(),
        kind: users::primary::EMAIL,
        value: email.to_owned(),
    };
    let found = store.run(find).await.expect("read");
    found.map(|user| user.id)
}

async fn with(store: &dyn Store, tenant_id: &str, email: &str) -> Vec<String> {
    let users = UsersWith {
        tenant_id: tenant_id.to_owned(),
        email: Some(email.to_owned()),
        phone_number: None,
    };
    let users = store.run(users).await.expect("read");
    users.into_iter().map(|user| user.id).collect()
}

async fn an_address_has_one_primary_user(store: &dyn Store) {
    let first = add_primary(store, "one@primary.co").await;
    let second = add(store, &new("one@primary.co")).await;
    let elsewhere = New {
        tenant_id: "t1",
        ..new("one@primary.co")
    };
    let elsewhere = add(store, &elsewhere).await;
    assert!(user(store, &first.id).await.is_primary_user);
    assert_eq!(
        make_primary(store, &first.id).await,
        PrimaryOutcome::Already
    );
    let taken = PrimaryOutcome::Taken(first.id.clone());
    assert_eq!(make_primary(store, &second.id).await, taken);
    assert!(!user(store, &second.id).await.is_primary_user);
    let other_tenant = make_primary(store, &elsewhere.id).await;
    assert_eq!(other_tenant, PrimaryOutcome::Done, "another tenant");
    assert_eq!(make_primary(store, "none").await, PrimaryOutcome::NotFound);
    assert_eq!(
        primary_of(store, "one@primary.co").await.as_ref(),
        Some(&first.id)
    );
    assert_eq!(with(store, "public", "one@primary.co").await.len(), 2);
    assert_eq!(with(store, "t1", "one@primary.co").await, [elsewhere.id]);
    assert!(with(store, "t2", "one@primary.co").await.is_empty());

    // An address of a primary user that changes leaves the old one free, and takes none of another.
    let third = add_primary(store, "three@primary.co").await;
    let change = async |to: &str| {
        let third = user(store, &third.id).await;
        store
            .run(Change(third, to.to_owned()))
            .await
            .expect("write")
    };
    assert_eq!(change("one@primary.co").await, EmailChange::Taken);
    assert_eq!(user(store, &third.id).await.emails, ["three@primary.co"]);
    assert_eq!(
        primary_of(store, "three@primary.co").await.as_ref(),
        Some(&third.id)
    );
    assert_eq!(change("four@primary.co").await, EmailChange::Done);
    assert_eq!(user(store, &third.id).await.emails, ["four@primary.co"]);
    assert_eq!(primary_of(store, "three@primary.co").await, None);
    assert_eq!(
        primary_of(store, "four@primary.co").await.as_ref(),
        Some(&third.id)
    );
    assert!(store.delete_user(&third.id).await.expect("write"));
    assert_eq!(primary_of(store, "four@primary.co").await, None);
    let gone = store.run(Change(third, "five@primary.co".to_owned())).await;
    assert_eq!(gone.expect("write"), EmailChange::Moved);
}

async fn a_user_keeps_a_language_when_login_methods_come_and_go(store: &dyn Store) {
    let language = async |id: &str| {
        let language = store.run(LanguageOfUser(id.to_owned())).await;
        language.expect("read")
    };
    let in_language = async |language: Option<&'static str>| {
        let email = "one@language.co".to_owned();
        let new = New {
            language,
            ..new(&email)
        };
        add(store, &new).await
    };
    let primary = in_language(None).await;
    make_primary(store, &primary.id).await;
    let methods = [in_language(Some("fr")).await, in_language(Some("ja")).await];
    for method in &methods {
        let linked = link(store, method, &primary).await;
        assert!(matches!(linked, LinkOutcome::Done(_)), "{linked:?}");
        // The first one that is known stays, by whatever id it is read.
        for id in [&primary.id, &method.id] {
            assert_eq!(language(id).await, Some(Some("fr".to_owned())));
        }
    }
    unlink(store, &methods[1].id).await;
    assert_eq!(language(&methods[1].id).await, Some(Some("fr".to_owned())));
    assert_eq!(language("none").await, None);
}

async fn a_login_method_is_linked_once(store: &dyn Store) {
    let primary = add_primary(store, "two@linked.co").await;
    let younger = New {
        time_joined: 5,
        ..new("two@linked.co")
    };
    let method = add(store, &younger).await;
    store
        .create_session(session("of the method", &method.id, "public"))
        .await
        .expect("write");
    assert_eq!(
        link(store, &primary, &method).await,
        LinkOutcome::NotPrimary
    );
    let LinkOutcome::Done(ended) = link(store, &method, &primary).await else {
        panic!("it can be linked");
    };
    let ended: Vec<_> = ended.into_iter().map(|session| session.handle).collect();
    assert_eq!(ended, ["of the method"]);
    assert_eq!(store.session("of the method").await.expect("read"), None);
    let linked = user(store, &primary.id).await;
    assert_eq!(linked, user(store, &method.id).await, "by either id");
    assert_eq!((linked.time_joined, linked.login_methods.len()), (5, 2));
    assert_eq!(linked.emails, ["two@linked.co"]);
    let found = with(store, "public", "two@linked.co").await;
    assert_eq!(found, std::slice::from_ref(&primary.id));
    assert_eq!(link(store, &method, &primary).await, LinkOutcome::Already);
    let of_another = PrimaryOutcome::OfAnother(primary.id.clone());
    assert_eq!(make_primary(store, &method.id).await, of_another);

    let other = add_primary(store, "other@linked.co").await;
    let of_first = LinkOutcome::OfAnother(primary.id.clone());
    assert_eq!(link(store, &method, &other).await, of_first);
    let of_itself = LinkOutcome::OfAnother(other.id.clone());
    assert_eq!(link(store, &other, &primary).await, of_itself);
    let mut unknown = method.clone();
    unknown.id = "none".to_owned();
    assert_eq!(link(store, &unknown, &primary).await, LinkOutcome::NotFound);
    assert_eq!(
        link(store, &method, &unknown).await,
        LinkOutcome::NotPrimary
    );
    // Its address belongs to another primary user.
    let third = add(store, &new("two@linked.co")).await;
    let taken = store.run(linking(&third, &other, false)).await;
    assert_eq!(taken.expect("write"), LinkOutcome::Taken(primary.id));
    assert_eq!(user(store, &third.id).await, third);
    let elsewhere = New {
        tenant_id: "t1",
        ..new("other@linked.co")
    };
    let elsewhere = add(store, &elsewhere).await;
    let linked = store.run(linking(&elsewhere, &other, false)).await;
    assert_eq!(linked.expect("write"), LinkOutcome::NoCommonTenant);
}

async fn what_is_not_proven_is_linked_on_demand_alone(store: &dyn Store) {
    let primary = add_primary(store, "proven@linked.co").await;
    let not_proven = New {
        verified: false,
        ..new("proven@linked.co")
    };
    for method in [not_proven, new("another@linked.co")] {
        let method = add(store, &method).await;
        assert_eq!(link(store, &method, &primary).await, LinkOutcome::NotProven);
        assert_eq!(user(store, &method.id).await, method);
        let linked = store.run(linking(&method, &primary, false)).await;
        assert_eq!(linked.expect("write"), LinkOutcome::Done(Vec::new()));
    }
    let linked = user(store, &primary.id).await;
    let mut emails = linked.emails.clone();
    emails.sort_unstable();
    assert_eq!(emails, ["another@linked.co", "proven@linked.co"]);
    let proven: Vec<_> = linked.login_methods.iter().map(|it| it.verified).collect();
    assert_eq!(
        proven.iter().filter(|verified| !**verified).count(),
        1,
        "as before"
    );
}

async fn login_methods_are_taken_apart_again(store: &dyn Store) {
    let primary = add_primary(store, "apart@linked.co").await;
    let same = add(store, &new("apart@linked.co")).await;
    let older = New {
        time_joined: 1,
        ..new("older@linked.co")
    };
    let older = add(store, &older).await;
    for method in [&same, &older] {
        let linked = store.run(linking(method, &primary, false)).await;
        assert_eq!(linked.expect("write"), LinkOutcome::Done(Vec::new()));
    }
    let mut row = session("apart", &primary.id, "public");
    row.recipe_user_id.clone_from(&older.id);
    store.create_session(row).await.expect("write");
    let UnlinkOutcome::Done(ended) = unlink(store, &older.id).await else {
        panic!("it is linked");
    };
    assert_eq!(ended.len(), 1);
    assert_eq!(user(store, &older.id).await, older);
    assert_eq!(user(store, &primary.id).await.time_joined, 10);
    assert_eq!(primary_of(store, "older@linked.co").await, None);
    assert_eq!(unlink(store, &older.id).await, UnlinkOutcome::NotLinked);
    assert_eq!(unlink(store, "none").await, UnlinkOutcome::NotFound);
    // The login method whose id the user has cannot leave it; the address stays with the other one.
    let deleted = unlink(store, &primary.id).await;
    assert_eq!(deleted, UnlinkOutcome::Deleted(Vec::new()));
    let left = user(store, &primary.id).await;
    assert_eq!(left.login_methods.len(), 1);
    assert_eq!(left.login_methods[0].recipe_user_id, same.id);
    assert_eq!(
        primary_of(store, "apart@linked.co").await.as_ref(),
        Some(&primary.id)
    );
    // Nothing is left to be linked to it by that id.
    let alone = add_primary(store, "alone@linked.co").await;
    assert_eq!(
        unlink(store, &alone.id).await,
        UnlinkOutcome::Done(Vec::new())
    );
    assert_eq!(user(store, &alone.id).await, alone);
    assert_eq!(primary_of(store, "alone@linked.co").await, None);
}

async fn sessions_of_a_user_that_is_left_end_with_those_of_the_primary_user(store: &dyn Store) {
    let primary = add_primary(store, "left@linked.co").await;
    let method = add(store, &new("left@linked.co")).await;
    link(store, &method, &primary).await;
    // One that was stored at the moment of the link.
    for (handle, user_id) in [("left 1", &method.id), ("left 2", &primary.id)] {
        let row = session(handle, user_id, "public");
        store.create_session(row).await.expect("write");
    }
    let handles = store.session_handles(&primary.id, None, 1).await;
    assert_eq!(handles.expect("read"), ["left 1", "left 2"]);
    assert!(store.delete_user(&primary.id).await.expect("write"));
    for handle in ["left 1", "left 2"] {
        assert_eq!(store.session(handle).await.expect("read"), None, "{handle}");
    }
}

async fn a_user_is_deleted_by_any_login_method(store: &dyn Store) {
    let primary = add_primary(store, "deleted@linked.co").await;
    let method = add(store, &new("deleted@linked.co")).await;
    link(store, &method, &primary).await;
    assert!(store.delete_user(&method.id).await.expect("write"));
    for id in [&method.id, &primary.id] {
        assert_eq!(store.user(id).await.expect("read"), None);
    }
    assert!(!store.delete_user(&method.id).await.expect("write"));
}
