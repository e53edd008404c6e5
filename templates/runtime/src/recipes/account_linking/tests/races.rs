//! Several transactions at once.

use super::*;

pub(super) async fn primary_users_race(store: &Arc<dyn Store>) {
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let recipe_user_id = add(&**store, &new("race@primary.co")).await.id;
        let store = Arc::clone(store);
        let make = MakePrimary { recipe_user_id };
        tasks.push(tokio::spawn(async move { store.run(make).await }));
    }
    let mut done = 0;
    for task in tasks {
        match task.await.expect("join").expect("write") {
            PrimaryOutcome::Done => done += 1,
            PrimaryOutcome::Taken(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(done, 1);
    let users = with(&**store, "public", "race@primary.co").await;
    let mut primary = 0;
    for id in &users {
        primary += usize::from(user(&**store, id).await.is_primary_user);
    }
    assert_eq!((users.len(), primary), (16, 1));
}

/// Whatever comes first, nothing is left of a user who is deleted, and no login method without a user.
pub(super) async fn linking_and_deleting_race(store: &Arc<dyn Store>) {
    for round in 0..8 {
        let email = format!("race{round}@linked.co");
        let primary = add_primary(&**store, &email).await;
        let method = add(&**store, &new(&email)).await;
        let deleted = if round % 2 == 0 { &primary } else { &method }.id.clone();
        let (linking_store, deleting_store) = (Arc::clone(store), Arc::clone(store));
        let linking = linking(&method, &primary, true);
        let linked = tokio::spawn(async move { linking_store.run(linking).await });
        let gone = tokio::spawn({
            let id = deleted.clone();
            async move { deleting_store.delete_user(&id).await }
        });
        let linked = linked.await.expect("join").expect("write");
        assert!(gone.await.expect("join").expect("write"), "{linked:?}");
        assert_eq!(
            store.user(&deleted).await.expect("read"),
            None,
            "{linked:?}"
        );
        let both = [&primary.id, &method.id].map(|id| store.user(id));
        let [primary, method] = both;
        let (primary, method) = (primary.await.expect("read"), method.await.expect("read"));
        match linked {
            LinkOutcome::Done(_) => assert_eq!((primary, method), (None, None)),
            _ => assert_eq!(
                usize::from(primary.is_some()) + usize::from(method.is_some()),
                1,
                "{linked:?}"
            ),
        }
    }
}
