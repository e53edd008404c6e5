//! What an application decides: which login methods are linked, by a function or by its own code.

use std::sync::{Arc, Mutex};

use auth_server::Auth;
use auth_server::app_info::AppInfo;
use auth_server::events::AuthEvent;
use auth_server::recipes::account_linking::{LinkRequest, Linked, MadePrimary, Unlinked};
use auth_server::store::SqliteStore;

use super::common::heard::Heard;
use super::*;

#[tokio::test]
async fn the_application_keeps_users_apart() {
    let asked: Arc<Mutex<Vec<LinkRequest>>> = Arc::default();
    let world = World::with(Linking::Verified, |builder| {
        let asked = Arc::clone(&asked);
        builder.should_link_accounts(move |request: LinkRequest| {
            let is_of_provider = request.account.third_party.is_some();
            asked.lock().expect("no test panics with it").push(request);
            async move { Ok(!is_of_provider) }
        })
    })
    .await;
    let by_code = world.by_code(ADDRESS).await;
    assert_eq!(user(&by_code)["isPrimaryUser"], true);
    for verified in [false, true] {
        let by_provider = world.by_provider("a1", ADDRESS, verified).await;
        assert_ne!(id(&by_provider), id(&by_code));
        assert_eq!(user(&by_provider)["isPrimaryUser"], false);
    }
    let asked = asked.lock().expect("no test panics with it").clone();
    let of_provider = asked
        .iter()
        .find(|request| request.account.third_party.is_some());
    let request = of_provider.expect("it was asked");
    assert_eq!(request.account.recipe_id, "thirdparty");
    assert_eq!(request.account.email.as_deref(), Some(ADDRESS));
    assert_eq!(request.tenant_id, "public");
    let user = request.user.as_ref().expect("the user of the address");
    assert_eq!(user.id, id(&by_code));
    // A password user beside the two: the one whom it may be linked with keeps it out.
    assert_eq!(world.sign_up(ADDRESS).await.brief(), refused_sign_up());
}

#[tokio::test]
async fn a_function_that_would_never_be_called_stops_the_start() {
    let app_info: AppInfo = common::app_info("http://localhost:3001", "http://localhost:3000");
    let builder = Auth::builder(Config::new(app_info));
    let store = SqliteStore::open("sqlite::memory:").expect("it opens");
    let builder = builder
        .store(store)
        .should_link_accounts(|_: LinkRequest| async { Ok(true) });
    let refused = builder.build().await.expect_err("it is not used");
    let expected =
        "should_link_accounts: without AUTH_ACCOUNT_LINKING=verified no login methods are linked";
    assert_eq!(refused.to_string(), expected);
}

#[tokio::test]
async fn login_methods_are_linked_and_taken_apart_by_code() {
    let world = World::with(Linking::Off, |builder| builder).await;
    let accounts = world.server.auth.accounts();
    let first = world.sign_up(ADDRESS).await;
    let second = world.sign_up("second@ex.co").await;
    let third = world.by_provider("b1", "second@ex.co", true).await;
    let token = world.verification_token(&second).await;
    assert_eq!(world.verify(&token, Some(&second)).await.brief(), OK);
    let (first_id, second_id, third_id) = (id(&first), id(&second), id(&third));
    let run = "the store works";

    let linked = accounts.link(&second_id, &first_id).await.expect(run);
    assert_eq!(linked, Linked::NotPrimary);
    let MadePrimary::Done { user: primary } = accounts.make_primary(&first_id).await.expect(run)
    else {
        panic!("it can be primary");
    };
    assert!(primary.is_primary_user);
    for _ in 0..2 {
        let Linked::Done { user } = accounts.link(&second_id, &first_id).await.expect(run) else {
            panic!("it can be linked");
        };
        assert_eq!(user.login_methods.len(), 2);
    }
    assert!(!world.is_refreshed(&second).await);
    assert!(world.is_refreshed(&first).await);
    let found = world.server.auth.store().user(&second_id).await.expect(run);
    assert_eq!(found.expect("by the id that it had").id, first_id);

    // Of two passwords each is one of its own address.
    let by_second = world.sign_in("second@ex.co", PASSWORD).await;
    assert_eq!(
        (id(&by_second), recipe_user_id(&by_second)),
        (first_id.clone(), second_id.clone())
    );
    let by_first = world.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(
        (id(&by_first), recipe_user_id(&by_first)),
        (first_id.clone(), first_id.clone())
    );
    world.reset("second@ex.co", "0wn-passw0rd").await;
    assert_eq!(
        recipe_user_id(&world.sign_in(ADDRESS, PASSWORD).await),
        first_id
    );
    let by_second = world.sign_in("second@ex.co", "0wn-passw0rd").await;
    assert_eq!(recipe_user_id(&by_second), second_id);

    let primary_user_id = first_id.clone();
    let taken = accounts.make_primary(&third_id).await.expect(run);
    assert_eq!(taken, MadePrimary::TakenBy { primary_user_id });
    let primary_user_id = first_id.clone();
    let of_first = accounts.make_primary(&second_id).await.expect(run);
    assert_eq!(of_first, MadePrimary::LinkedTo { primary_user_id });
    let other = world.by_code("other@ex.co").await;
    accounts.make_primary(&id(&other)).await.expect(run);
    let primary_user_id = first_id.clone();
    let taken = accounts.link(&third_id, &id(&other)).await.expect(run);
    assert_eq!(taken, Linked::TakenBy { primary_user_id });
    let primary_user_id = first_id.clone();
    let of_first = accounts.link(&second_id, &id(&other)).await.expect(run);
    assert_eq!(of_first, Linked::LinkedTo { primary_user_id });
    for unknown in ["none", "\0", &"n".repeat(600)] {
        assert_eq!(
            accounts.link(unknown, &first_id).await.expect(run),
            Linked::NotFound
        );
        assert_eq!(
            accounts.make_primary(unknown).await.expect(run),
            MadePrimary::NotFound
        );
        assert_eq!(
            accounts.unlink(unknown).await.expect(run),
            Unlinked::NotFound
        );
    }

    assert_eq!(
        accounts.unlink(&second_id).await.expect(run),
        Unlinked::Done
    );
    assert!(!world.is_refreshed(&by_second).await);
    assert_eq!(
        accounts.unlink(&second_id).await.expect(run),
        Unlinked::NotLinked
    );
    let alone = world.sign_in("second@ex.co", "0wn-passw0rd").await;
    assert_eq!(id(&alone), second_id);
    assert_eq!(user(&alone)["isPrimaryUser"], false);
    // The login method that gave the user its id leaves it with the id.
    accounts.link(&second_id, &first_id).await.expect(run);
    assert_eq!(
        accounts.unlink(&first_id).await.expect(run),
        Unlinked::Deleted
    );
    assert_eq!(world.sign_in(ADDRESS, PASSWORD).await.brief(), WRONG);
    assert_eq!(
        id(&world.sign_in("second@ex.co", "0wn-passw0rd").await),
        first_id
    );
}

#[tokio::test]
async fn what_is_linked_by_a_sign_in_is_an_event() {
    let heard = Heard::default();
    let world = World::with(Linking::Verified, |builder| heard.listen(builder)).await;
    let by_code = world.by_code(ADDRESS).await;
    let by_provider = world.by_provider("a1", ADDRESS, true).await;
    assert_eq!(id(&by_provider), id(&by_code));
    // Nothing is linked a second time.
    world.by_provider("a1", ADDRESS, true).await;
    let events = heard.events(&world.server).await;
    let linked: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event {
            AuthEvent::Linked {
                recipe_user_id,
                primary_user_id,
                ..
            } => Some((recipe_user_id, primary_user_id)),
            _ => None,
        })
        .collect();
    assert_eq!(linked, [(recipe_user_id(&by_provider), id(&by_code))]);
}
