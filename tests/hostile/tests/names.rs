//! Texts that reach an index, whatever they are: SQLite and PostgreSQL answer the same.
//!
//! With `AUTH_TEST_POSTGRES_URL`; without it, SQLite alone must not fail.

#[path = "../../server/tests/common/database.rs"]
mod database;

use auth_hostile::figures;
use auth_server::Error;
use auth_server::recipes::email_password::NewEmailPasswordUser;
use auth_server::store::{
    ClaimsChange, PostgresStore, RotateSession, SessionRow, SqliteStore, Store,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::database::Schema;

/// How many texts.
const CASES: u32 = 200;

/// Names as they come, names that are too long, and names with what databases do not like.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9|:_-]{0,40}",
        "\\PC{0,200}",
        "[a\\x00]{1,4}",
        (500_usize..600).prop_map(|length| "x".repeat(length)),
        (2_000_usize..9_000).prop_map(random),
    ]
}

/// A text that cannot be compressed, as PostgreSQL does with long ones.
fn random(length: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'!' + u8::try_from((state >> 33) % 90).expect("small"))
    };
    (0..length).map(|_| next()).collect()
}

/// What an answer says, without the words of an error.
fn summary<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(Error::BadInput(_)) => "refused".to_owned(),
        Err(error) => panic!("{error}"),
    }
}

/// Everything that takes names, with these; what each answered.
async fn use_names(store: &dyn Store, [user, handle, tenant]: &[String; 3]) -> Vec<String> {
    let row = SessionRow {
        handle: handle.clone(),
        user_id: user.clone(),
        recipe_user_id: user.clone(),
        tenant_id: tenant.clone(),
        refresh_hash: "h1".to_owned(),
        previous_refresh_hash: None,
        rotated_at: 5,
        rotation_key: vec![1],
        anti_csrf: false,
        claims: Map::new(),
        data: Value::Null,
        created_at: 5,
        expires_at: 1_000,
    };
    let rotation = RotateSession {
        handle: handle.clone(),
        presented_hash: "h1".to_owned(),
        next_hash: "h2".to_owned(),
        rotated_at: 6,
        expires_at: 1_000,
    };
    let email = "ana@ex.co".parse().expect("an address");
    let signed_up = NewEmailPasswordUser {
        tenant_id: tenant.clone(),
        email,
        password_hash: "hash".to_owned(),
        language: None,
        time_joined: 1,
    };
    let email = signed_up.email.clone();
    let is_known = store.email_password_user(tenant, &email).await;
    let created = store.create_email_password_user(signed_up).await;
    let handles = std::slice::from_ref(handle);
    vec![
        summary(is_known.map(|found| found.is_some())),
        summary(created.map(drop)),
        summary(store.user(user).await),
        summary(store.create_session(row).await),
        summary(store.session(handle).await),
        summary(store.rotate_session(rotation).await),
        summary(
            store
                .change_session_claims(handle, ClaimsChange::Merge(Map::new()))
                .await,
        ),
        summary(store.replace_session_data(handle, json!({"a\0": 1})).await),
        summary(store.session_handles(user, Some(tenant), 0).await),
        summary(store.session_handles(user, None, 0).await),
        summary(store.revoke_sessions(handles).await),
    ]
}

#[test]
fn both_databases_answer_the_same_to_any_name() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sqlite = SqliteStore::open("sqlite::memory:").expect("it opens");
    let schema = Schema::new();
    let postgres = schema.as_ref().map(|schema| {
        let opened = runtime.block_on(PostgresStore::open(&schema.url, 2));
        opened.expect("it opens")
    });
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let names = [name(), name(), name()];
    let outcome = runner.run(&names, |names| {
        let on_sqlite = runtime.block_on(use_names(&sqlite, &names));
        if let Some(postgres) = &postgres {
            let on_postgres = runtime.block_on(use_names(postgres, &names));
            prop_assert_eq!(&on_sqlite, &on_postgres);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let what = match &postgres {
        Some(_) => format!("{CASES} sets of names, the same on SQLite and PostgreSQL"),
        None => format!("{CASES} sets of names on SQLite; AUTH_TEST_POSTGRES_URL is not set"),
    };
    figures("names", &what);
}
