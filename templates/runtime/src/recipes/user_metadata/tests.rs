//! What each database promises about metadata.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::sql::{ClearMetadata, FindMetadata, UpdateMetadata};
use crate::error::Error;
use crate::store::Store;
use crate::store::tests::add_user;

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    updates_are_merged_and_limited(&**store).await;
    a_deleted_user_leaves_no_metadata(&**store).await;
    updates_race(store).await;
}

async fn update(store: &dyn Store, user_id: &str, update: Value) -> Result<Value, Error> {
    let update = UpdateMetadata {
        user_id: user_id.to_owned(),
        update: update.as_object().cloned().expect("an object"),
        limit: 40,
    };
    store.run(update).await.map(Value::Object)
}

async fn find(store: &dyn Store, user_id: &str) -> Map<String, Value> {
    store
        .run(FindMetadata(user_id.to_owned()))
        .await
        .expect("read")
}

async fn updates_are_merged_and_limited(store: &dyn Store) {
    assert_eq!(find(store, "ann").await, Map::new());
    let first = update(store, "ann", json!({ "a": 1, "b": { "c": 2 } })).await;
    assert_eq!(first.expect("write"), json!({ "a": 1, "b": { "c": 2 } }));
    let second = json!({ "a": null, "b": { "d": 3 }, "none": null });
    let second = update(store, "ann", second).await;
    assert_eq!(second.expect("write"), json!({ "b": { "d": 3 } }));

    // Exactly the limit, and one byte more.
    let long = "x".repeat(40 - r#"{"b":{"d":3},"e":""}"#.len());
    let fits = update(store, "ann", json!({ "e": long })).await;
    let fits = fits.expect("write");
    assert_eq!(fits.to_string().len(), 40);
    let refused = update(store, "ann", json!({ "e": format!("{long}x") })).await;
    assert!(matches!(refused, Err(Error::BadInput(_))), "{refused:?}");
    assert_eq!(Value::Object(find(store, "ann").await), fits);

    for expected in [true, false] {
        let cleared = store.run(ClearMetadata("ann".to_owned())).await;
        assert_eq!(cleared.expect("write"), expected);
    }
    assert_eq!(find(store, "ann").await, Map::new());
}

async fn a_deleted_user_leaves_no_metadata(store: &dyn Store) {
    let user = add_user(store, "metadata@example.com").await;
    for id in [&user.id[..], "other"] {
        update(store, id, json!({ "a": 1 })).await.expect("write");
    }
    assert!(store.delete_user(&user.id).await.expect("write"));
    assert_eq!(find(store, &user.id).await, Map::new());
    assert_eq!(find(store, "other").await.len(), 1);
    let clear = ClearMetadata("other".to_owned());
    assert!(store.run(clear).await.expect("write"));
}

/// Of updates at once none is lost.
async fn updates_race(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..5)
        .map(|number| {
            let store = Arc::clone(store);
            let change = json!({ (format!("k{number}")): 1 });
            tokio::spawn(async move { update(&*store, "race", change).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("join").expect("write");
    }
    assert_eq!(find(&**store, "race").await.len(), 5);
    let clear = ClearMetadata("race".to_owned());
    assert!(store.run(clear).await.expect("write"));
}
