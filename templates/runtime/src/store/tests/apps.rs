//! The app that a database belongs to.

use super::*;

/// Of two apps that open an empty database at once, one has it, and goes on having it.
pub(super) async fn apps_race(store: &Arc<dyn Store>) {
    let owner = |app_id: &str| {
        store.run(OwningApp {
            app_id: app_id.to_owned(),
        })
    };
    let (one, two) = tokio::join!(owner("one"), owner("two"));
    let first = one.expect("write");
    assert_eq!(two.expect("write"), first);
    assert!(first == "one" || first == "two", "{first}");
    let later = owner("three").await;
    assert_eq!(later.expect("write"), first);
}
