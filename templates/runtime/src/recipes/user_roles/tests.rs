//! What each database promises about roles.

use std::sync::Arc;

use super::sql::{
    AllRoles, Assigned, Assignment, BATCH_SIZE, DeleteRole, Explain, Grant, RolesAndPermissions,
    RolesOfUser, RolesWithPermissions, SetRole, UsersWithRole,
};
use crate::store::tests::add_user;
use crate::store::tests::plans::Plain;
use crate::store::{Retry, Store, Transaction, Tx, TxError};

/// How many users have a role while the database is asked how it finds one.
const MANY: usize = 3_000;

pub(crate) async fn holds(store: &Arc<dyn Store>) {
    what_a_session_begins_with_is_one_read_by_key(&**store).await;
    users_come_in_batches(&**store).await;
    a_deleted_user_leaves_no_role(&**store).await;
    grants_and_deletions_race(store).await;
}

fn assignment(user_id: &str, role: &str) -> Assignment {
    Assignment {
        tenant_id: "public".to_owned(),
        user_id: user_id.to_owned(),
        role: role.to_owned(),
    }
}

async fn set(store: &dyn Store, role: &str, permissions: &[&str]) -> bool {
    let permissions = permissions.iter().map(|&text| text.to_owned());
    let set = SetRole {
        role: role.to_owned(),
        permissions: permissions.collect(),
    };
    store.run(set).await.expect("write")
}

async fn grant(store: &dyn Store, user_id: &str, role: &str) -> Assigned {
    store
        .run(Grant(assignment(user_id, role)))
        .await
        .expect("write")
}

async fn roles_of(store: &dyn Store, user_id: &str) -> Vec<String> {
    let roles = RolesOfUser {
        tenant_id: "public".to_owned(),
        user_id: user_id.to_owned(),
    };
    store.run(roles).await.expect("read")
}

async fn what_a_session_begins_with_is_one_read_by_key(store: &dyn Store) {
    assert!(set(store, "writer", &["write", "read"]).await);
    assert!(!set(store, "writer", &["read"]).await);
    assert!(set(store, "reader", &["read"]).await);
    assert!(set(store, "nothing", &[]).await);
    for role in ["writer", "nothing", "reader"] {
        assert_eq!(grant(store, "u7", role).await, Assigned::Changed);
    }
    assert_eq!(grant(store, "u7", "writer").await, Assigned::Unchanged);
    assert_eq!(grant(store, "u7", "nosuch").await, Assigned::UnknownRole);
    let of = async |tenant_id: &str, user_id: &str| {
        let find = RolesWithPermissions {
            tenant_id: tenant_id.to_owned(),
            user_id: user_id.to_owned(),
        };
        store.run(find).await.expect("read")
    };
    let found = of("public", "u7").await;
    assert_eq!(found.roles, ["nothing", "reader", "writer"]);
    assert_eq!(found.permissions, ["read", "write"]);
    assert_eq!(of("t1", "u7").await, RolesAndPermissions::default());
    assert_eq!(of("public", "u8").await, RolesAndPermissions::default());

    store.run(Fill).await.expect("write");
    for sql in ["ANALYZE role_assignments", "ANALYZE role_permissions"] {
        store.run(Plain(sql)).await.expect("write");
    }
    let plan = store.run(Explain).await.expect("read");
    for table in ["role_assignments", "held"] {
        for scan in ["SCAN", "Seq Scan on"] {
            assert!(!plan.contains(&format!("{scan} {table}")), "{plan}");
        }
    }
    let by_index = [
        "(tenant_id=? AND user_id=?)",
        "role_assignments_pkey",
        "role_assignments_by_user",
    ];
    assert!(by_index.iter().any(|part| plan.contains(part)), "{plan}");
}

async fn users_come_in_batches(store: &dyn Store) {
    let page = async |role: &str, after: &str| {
        let users = UsersWithRole {
            tenant_id: "public".to_owned(),
            role: role.to_owned(),
            after: after.to_owned(),
        };
        store.run(users).await.expect("read")
    };
    let (mut seen, mut after) = (0, String::new());
    loop {
        let users = page("reader", &after).await.expect("there is such a role");
        let Some(last) = users.last() else { break };
        assert!(*last > after && i64::try_from(users.len()).is_ok_and(|len| len <= BATCH_SIZE));
        seen += users.len();
        after.clone_from(last);
    }
    assert_eq!(seen, MANY + 1);
    assert_eq!(page("nosuch", "").await, None);
    assert!(
        store
            .run(DeleteRole("reader".to_owned()))
            .await
            .expect("write")
    );
    assert_eq!(page("reader", "").await, None);
    assert_eq!(roles_of(store, "many00001").await, [""; 0]);
    assert_eq!(roles_of(store, "u7").await, ["nothing", "writer"]);
    assert_eq!(
        store.run(AllRoles).await.expect("read"),
        ["nothing", "writer"]
    );
}

async fn a_deleted_user_leaves_no_role(store: &dyn Store) {
    let user = add_user(store, "roles@example.com").await;
    assert_eq!(grant(store, &user.id, "writer").await, Assigned::Changed);
    assert!(store.delete_user(&user.id).await.expect("write"));
    assert_eq!(roles_of(store, &user.id).await, [""; 0]);
    assert_eq!(roles_of(store, "u7").await, ["nothing", "writer"]);
}

/// A role that is deleted while it is granted is granted first, or not at all: no statement fails.
async fn grants_and_deletions_race(store: &Arc<dyn Store>) {
    for round in 0..8 {
        let role = format!("race{round}");
        set(&**store, &role, &["read"]).await;
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let (store, role) = (Arc::clone(store), role.clone());
                tokio::spawn(async move {
                    if number == 4 {
                        let deleted = store.run(DeleteRole(role)).await;
                        assert!(deleted.expect("write"));
                        return;
                    }
                    let grant = Grant(assignment(&format!("racer{number}"), &role));
                    let granted = store.run(grant).await.expect("write");
                    assert_ne!(granted, Assigned::Unchanged);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("join");
        }
        for number in 0..8 {
            assert_eq!(roles_of(&**store, &format!("racer{number}")).await, [""; 0]);
        }
    }
    for role in ["writer", "nothing"] {
        let delete = DeleteRole(role.to_owned());
        assert!(store.run(delete).await.expect("write"));
    }
}

/// Gives a role to many users.
struct Fill;

impl Transaction for Fill {
    type Output = ();
    const NAME: &'static str = "fill";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        for number in 0..MANY {
            let id = format!("many{number:05}");
            tx.execute(
                "INSERT INTO role_assignments (tenant_id, user_id, role) VALUES ('public', $1, 'reader')",
                &[(&id).into()],
            )
            .await?;
        }
        Ok(())
    }
}
