//! Adding a login method to the user of a session.

use super::*;
use crate::store::users::primary::{Join, JoinOutcome, JoinRefusal, SessionNames};
use crate::store::{EXPLAIN_END_SESSIONS_OF, Sql};

/// When the sessions of these tests are looked at; they expire later.
const NOW: i64 = 1;

pub(super) async fn holds(store: &Arc<dyn Store>) {
    a_login_method_joins_the_user_of_a_session(&**store).await;
    a_session_that_is_over_adds_nothing(&**store).await;
    what_is_not_proven_or_is_of_another_is_refused(&**store).await;
    a_proof_of_the_user_counts_for_the_login_method(&**store).await;
    joining_and_revoking_race(store).await;
    joining_from_two_sessions_races(store).await;
    the_sessions_of_a_user_are_found_by_an_index(&**store).await;
}

/// Begins a session of a user.
async fn begin(store: &dyn Store, user: &User) -> SessionNames {
    let mut row = session(&format!("of {}", user.id), &user.id, "public");
    row.recipe_user_id.clone_from(&user.id);
    let names = SessionNames {
        handle: row.handle.clone(),
        user_id: row.user_id.clone(),
        recipe_user_id: row.recipe_user_id.clone(),
        tenant_id: row.tenant_id.clone(),
    };
    store.create_session(row).await.expect("write");
    names
}

async fn join(store: &dyn Store, session: &SessionNames, method: &str) -> JoinOutcome {
    let join = Join {
        session: session.clone(),
        recipe_user_id: method.to_owned(),
        now: NOW,
    };
    store.run(join).await.expect("write")
}

fn not_proven(email: &str) -> New {
    New {
        verified: false,
        ..new(email)
    }
}

async fn a_login_method_joins_the_user_of_a_session(store: &dyn Store) {
    let owner = add(store, &new("owner@join.co")).await;
    let of_owner = begin(store, &owner).await;
    let method = add(store, &new("method@join.co")).await;
    let of_method = begin(store, &method).await;
    let JoinOutcome::Done(ended) = join(store, &of_owner, &method.id).await else {
        panic!("it can be added");
    };
    let ended: Vec<_> = ended.into_iter().map(|session| session.handle).collect();
    assert_eq!(ended, [of_method.handle]);
    let joined = user(store, &method.id).await;
    assert_eq!((&joined.id, joined.is_primary_user), (&owner.id, true));
    assert_eq!(joined.login_methods.len(), 2);
    for email in ["owner@join.co", "method@join.co"] {
        assert_eq!(primary_of(store, email).await.as_ref(), Some(&owner.id));
    }
    // The session goes on, and adds nothing twice.
    let row = store.session(&of_owner.handle).await.expect("read");
    assert_eq!(row.expect("it goes on").user_id, owner.id);
    for id in [&method.id, &owner.id] {
        assert_eq!(join(store, &of_owner, id).await, JoinOutcome::Already);
    }
    let third = add(store, &new("third@join.co")).await;
    let done = JoinOutcome::Done(Vec::new());
    assert_eq!(join(store, &of_owner, &third.id).await, done);
    assert_eq!(user(store, &owner.id).await.login_methods.len(), 3);
    assert_eq!(join(store, &of_owner, "none").await, JoinOutcome::NotFound);
}

async fn a_session_that_is_over_adds_nothing(store: &dyn Store) {
    let owner = add(store, &new("over@join.co")).await;
    let names = begin(store, &owner).await;
    let method = add(store, &new("added@join.co")).await;
    let changes: [fn(&mut SessionNames); 4] = [
        |names| names.handle = "none".to_owned(),
        |names| names.user_id = "none".to_owned(),
        |names| names.recipe_user_id = "none".to_owned(),
        |names| names.tenant_id = "t1".to_owned(),
    ];
    for change in changes {
        let mut other = names.clone();
        change(&mut other);
        let outcome = join(store, &other, &method.id).await;
        assert_eq!(outcome, JoinOutcome::SessionOver, "{other:?}");
    }
    let row = store.session(&names.handle).await.expect("read");
    let expired = Join {
        session: names.clone(),
        recipe_user_id: method.id.clone(),
        now: row.expect("there").expires_at,
    };
    let outcome = store.run(expired).await.expect("write");
    assert_eq!(outcome, JoinOutcome::SessionOver);
    store
        .revoke_sessions(std::slice::from_ref(&names.handle))
        .await
        .expect("write");
    let outcome = join(store, &names, &method.id).await;
    assert_eq!(outcome, JoinOutcome::SessionOver);
    for alone in [&owner, &method] {
        assert_eq!(user(store, &alone.id).await, *alone);
    }
    // A login method of another tenant is none of the session's.
    let names = begin(store, &owner).await;
    let elsewhere = New {
        tenant_id: "t1",
        ..new("elsewhere@join.co")
    };
    let elsewhere = add(store, &elsewhere).await;
    let outcome = join(store, &names, &elsewhere.id).await;
    assert_eq!(outcome, JoinOutcome::NotFound);
    assert!(!user(store, &owner.id).await.is_primary_user);
}

async fn what_is_not_proven_or_is_of_another_is_refused(store: &dyn Store) {
    let refused = async |names: &SessionNames, method: &User, expected: JoinRefusal| {
        let before = (
            user(store, &names.user_id).await,
            user(store, &method.id).await,
        );
        let outcome = join(store, names, &method.id).await;
        assert_eq!(outcome, JoinOutcome::Refused(expected));
        let after = (
            user(store, &names.user_id).await,
            user(store, &method.id).await,
        );
        assert_eq!(before.0.login_methods, after.0.login_methods);
        assert_eq!(before.1, after.1);
    };
    let proven = add(store, &new("proven@join.co")).await;
    let of_not_proven = add(store, &not_proven("not@join.co")).await;
    let names = begin(store, &of_not_proven).await;
    refused(&names, &proven, JoinRefusal::SessionUser).await;

    let other = add_primary(store, "other@join.co").await;
    let same = add(store, &new("other@join.co")).await;
    let names = begin(store, &same).await;
    refused(&names, &proven, JoinRefusal::SessionUser).await;
    assert!(!user(store, &same.id).await.is_primary_user);

    let owner = add(store, &new("refused@join.co")).await;
    let names = begin(store, &owner).await;
    refused(&names, &of_not_proven, JoinRefusal::NotProven).await;
    assert!(!user(store, &owner.id).await.is_primary_user);
    refused(&names, &other, JoinRefusal::OfAnother).await;
    let linked = add(store, &new("other@join.co")).await;
    link(store, &linked, &other).await;
    refused(&names, &linked, JoinRefusal::OfAnother).await;
    refused(&names, &same, JoinRefusal::Taken).await;
    assert_eq!(
        primary_of(store, "other@join.co").await.as_ref(),
        Some(&other.id)
    );
}

async fn a_proof_of_the_user_counts_for_the_login_method(store: &dyn Store) {
    let owner = add(store, &new("both@join.co")).await;
    let names = begin(store, &owner).await;
    let method = add(store, &not_proven("both@join.co")).await;
    let done = JoinOutcome::Done(Vec::new());
    assert_eq!(join(store, &names, &method.id).await, done);
    let joined = user(store, &owner.id).await;
    assert_eq!(joined.login_methods.len(), 2);
    assert!(joined.login_methods.iter().all(|method| method.verified));
}

/// Whichever comes first, there is no session that has ended before and has added something after.
async fn joining_and_revoking_race(store: &Arc<dyn Store>) {
    for round in 0..8 {
        let owner = add(&**store, &new(&format!("owner{round}@race.co"))).await;
        let names = begin(&**store, &owner).await;
        let method = add(&**store, &new(&format!("method{round}@race.co"))).await;
        let joining = tokio::spawn({
            let (store, names, id) = (Arc::clone(store), names.clone(), method.id.clone());
            async move { join(&*store, &names, &id).await }
        });
        let ending = tokio::spawn({
            let (store, handle) = (Arc::clone(store), names.handle.clone());
            async move { store.revoke_sessions(&[handle]).await }
        });
        let joined = joining.await.expect("join");
        assert_eq!(ending.await.expect("join").expect("write").len(), 1);
        let methods = user(&**store, &owner.id).await.login_methods.len();
        match joined {
            JoinOutcome::Done(_) => assert_eq!(methods, 2),
            JoinOutcome::SessionOver => assert_eq!(methods, 1),
            other => panic!("{other:?}"),
        }
        let again = join(&**store, &names, &method.id).await;
        assert_eq!(again, JoinOutcome::SessionOver);
    }
}

/// A login method that two users add at once is one of a single user.
async fn joining_from_two_sessions_races(store: &Arc<dyn Store>) {
    for round in 0..8 {
        let mut sessions = Vec::new();
        for number in 0..4 {
            let email = format!("user{number}-{round}@race.co");
            let owner = add(&**store, &new(&email)).await;
            sessions.push(begin(&**store, &owner).await);
        }
        let method = add(&**store, &new(&format!("wanted{round}@race.co"))).await;
        let tasks = sessions.into_iter().map(|names| {
            let (store, id) = (Arc::clone(store), method.id.clone());
            tokio::spawn(async move { join(&*store, &names, &id).await })
        });
        let tasks: Vec<_> = tasks.collect();
        let mut done = 0;
        for task in tasks {
            match task.await.expect("join") {
                JoinOutcome::Done(_) => done += 1,
                JoinOutcome::Refused(JoinRefusal::OfAnother) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(done, 1);
        let methods = user(&**store, &method.id).await.login_methods;
        assert_eq!(methods.len(), 2);
    }
}

/// One statement, or the plan of one.
struct Run(Sql, Option<String>);

impl Transaction for Run {
    type Output = Vec<String>;
    const NAME: &'static str = "test_run";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        let Some(value) = &self.1 else {
            tx.execute(self.0, &[]).await?;
            return Ok(Vec::new());
        };
        let rows = tx.query(self.0, &[value.into()]).await?;
        // PostgreSQL has one column of text, SQLite has it behind three numbers.
        let lines = rows.iter().map(|row| row.get(0).or_else(|_| row.get(3)));
        lines.collect()
    }
}

async fn the_sessions_of_a_user_are_found_by_an_index(store: &dyn Store) {
    let row = session("many", "many", "public");
    store.create_session(row).await.expect("write");
    let fill = "INSERT INTO sessions (handle, user_id, recipe_user_id, tenant_id, refresh_hash, rotated_at,
                                      rotation_key, anti_csrf, claims, data, created_at, expires_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
                SELECT 'many ' || CAST(n AS TEXT), 'many ' || CAST(n AS TEXT), recipe_user_id, tenant_id, refresh_hash,
                       rotated_at, rotation_key, anti_csrf, claims, data, created_at, expires_at
                FROM sessions JOIN numbers ON handle = 'many'";
    store.run(Run(fill.into(), None)).await.expect("write");
    for sql in ["ANALYZE sessions", "ANALYZE login_methods"] {
        store.run(Run(sql.into(), None)).await.expect("write");
    }
    let explain = Run(EXPLAIN_END_SESSIONS_OF, Some("many 7".to_owned()));
    let plan = store.run(explain).await.expect("read").join("\n");
    let by_index = [
        "SEARCH sessions USING INDEX sessions_by_user (user_id=?)",
        "Index Scan using sessions_by_user on sessions",
        "Bitmap Index Scan on sessions_by_user",
    ];
    assert!(by_index.iter().any(|part| plan.contains(part)), "{plan}");
    assert!(!plan.contains("SCAN sessions"), "{plan}");
    assert!(!plan.contains("Seq Scan on sessions"), "{plan}");
    let empty = "DELETE FROM sessions WHERE handle LIKE 'many%'";
    store.run(Run(empty.into(), None)).await.expect("write");
}
