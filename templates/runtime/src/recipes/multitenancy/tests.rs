//! What each database promises about tenants.

use std::sync::Arc;

use super::sql::{
    DeleteTenant, Deleted, ExplainFindTenant, FindTenant, ListTenants, SetTenants, TenantRow,
};
use super::*;
use crate::store::Store;
use crate::store::tests::plans::Plain;

/// How many tenants there are while the database is asked how it finds one.
const MANY: usize = 10_000;

fn row(id: &str) -> TenantRow {
    TenantRow {
        id: id.to_owned(),
        first_factors: None,
        providers: None,
    }
}

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    tenants_are_stored_and_listed_in_batches(&**store).await;
    a_tenant_is_found_by_its_key_among_many(&**store).await;
}

async fn find(store: &dyn Store, id: &str) -> Option<TenantRow> {
    store.run(FindTenant(id.to_owned())).await.expect("read")
}

async fn tenants_are_stored_and_listed_in_batches(store: &dyn Store) {
    assert_eq!(find(store, "public").await, Some(row("public")));
    assert_eq!(find(store, "test-1").await, None);
    let first = TenantRow {
        first_factors: Some("[]".to_owned()),
        providers: Some(vec![0, 255]),
        ..row("test-1")
    };
    let set = SetTenants(vec![first.clone(), row("public")]);
    assert_eq!(store.run(set).await.expect("write"), [false, true]);
    assert_eq!(find(store, "test-1").await, Some(first));
    let set = SetTenants(vec![row("test-1")]);
    assert_eq!(store.run(set).await.expect("write"), [false]);
    let list = ListTenants {
        after: "public".to_owned(),
    };
    assert_eq!(store.run(list).await.expect("read"), [row("test-1")]);
    for expected in [Deleted::Done, Deleted::NotFound] {
        let delete = DeleteTenant {
            id: "test-1".to_owned(),
            with_users: false,
        };
        assert_eq!(store.run(delete).await.expect("write"), expected);
    }
}

async fn a_tenant_is_found_by_its_key_among_many(store: &dyn Store) {
    let many: Vec<_> = (0..MANY).map(|number| row(&format!("t{number}"))).collect();
    for rows in many.chunks(sql::BATCH_SIZE) {
        store.run(SetTenants(rows.to_vec())).await.expect("write");
    }
    store.run(Plain("ANALYZE tenants")).await.expect("write");
    assert_eq!(find(store, "t4711").await, Some(row("t4711")));
    let plan = store.run(ExplainFindTenant("t4711".to_owned())).await;
    let plan = plan.expect("read");
    let by_key = [
        "SEARCH tenants USING PRIMARY KEY (id=?)",
        "Index Scan using tenants_pkey on tenants",
    ];
    assert!(by_key.iter().any(|part| plan.contains(part)), "{plan}");
    assert!(
        !plan.contains("SCAN tenants") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    let rest = "DELETE FROM tenants WHERE id <> 'public'";
    store.run(Plain(rest)).await.expect("write");
}
