//! Deleting a user.

use super::super::{secrets, users};
use super::*;

/// Gives a user a row in each table that names one, and proves the address.
struct FillTables(User);

impl Transaction for FillTables {
    type Output = ();
    const NAME: &'static str = "test_fill_tables";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let (id, email) = (&self.0.id, &self.0.emails[0]);
        let new = secrets::NewSecret {
            kind: "test/deletion",
            hash: id,
            subject: id,
            data: "",
            expires_at: 1,
        };
        assert!(secrets::issue(tx, &new).await?);
        let verify =
            async |tx: &mut Tx<'_>, email: &str| users::set_verified(tx, id, email, true).await;
        assert!(!verify(tx, "other@example.com").await?, "not the address");
        assert!(verify(tx, email).await?);
        Ok(())
    }
}

/// How many rows each table has that is about users.
struct CountRows;

impl Transaction for CountRows {
    type Output = Vec<i64>;
    const NAME: &'static str = "test_count_rows";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>, TxError> {
        let mut counts = Vec::new();
        for sql in [
            "SELECT COUNT(*) FROM users",
            "SELECT COUNT(*) FROM login_methods",
            "SELECT COUNT(*) FROM login_method_tenants",
            "SELECT COUNT(*) FROM login_identifiers",
            "SELECT COUNT(*) FROM credentials",
            "SELECT COUNT(*) FROM one_time_secrets",
            "SELECT COUNT(*) FROM sessions",
            "SELECT COUNT(*) FROM mail_outbox",
        ] {
            counts.push(tx.query(sql, &[]).await?[0].get(0)?);
        }
        Ok(counts)
    }
}

pub(super) async fn holds(store: &dyn Store) {
    let counts = async || store.run(CountRows).await.expect("read");
    let before = counts().await;
    let user = add_user(store, "deleted@example.com").await;
    store.run(FillTables(user.clone())).await.expect("write");
    let found = store.user(&user.id).await.expect("read").expect("there");
    assert!(found.login_methods[0].verified);
    let row = session("deleted", &user.id, "public");
    store.create_session(row).await.expect("write");
    let mail = EnqueueMail {
        row: NewMailRow {
            subject: Some(user.id.clone()),
            ..mails::row("password-changed", 1)
        },
        recipient: "deleted@example.com".to_owned(),
        limit: mails::LIMIT,
    };
    assert!(store.run(mail).await.expect("write"));
    let all = before.iter().map(|count| count + 1).collect::<Vec<_>>();
    assert_eq!(counts().await, all, "a row in each table");

    assert!(!store.delete_user("nobody").await.expect("write"));
    assert_eq!(counts().await, all);
    assert!(store.delete_user(&user.id).await.expect("write"));
    assert_eq!(counts().await, before);
    assert_eq!(store.user(&user.id).await.expect("read"), None);
    // The address is free again.
    let user = add_user(store, "deleted@example.com").await;
    assert!(store.delete_user(&user.id).await.expect("write"));
}
