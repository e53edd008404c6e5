//! What transactions promise in either database: one suite, run against each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Access, Bind, Retry, Transaction, Tx, TxError};
use crate::error::Error;
use crate::store::Store;

/// Runs everything. The tables of this suite must not exist yet.
pub(in crate::store) async fn holds(store: &Arc<dyn Store>) {
    let sql =
        "CREATE TABLE counters (name TEXT PRIMARY KEY, n BIGINT NOT NULL, note TEXT, bytes BYTEA)";
    store.run(Statement(sql)).await.expect("create");
    values_return_as_they_went(store).await;
    an_error_undoes_everything(store).await;
    increments_race(store).await;
    locked_transactions_run_one_after_the_other(store).await;
    a_reader_sees_one_snapshot(store).await;
    only_statements_may_be_awaited(store).await;
    one_statement_is_one(store).await;
    faults_of_statements_are_internal(store).await;
    store
        .run(Statement("DROP TABLE counters"))
        .await
        .expect("drop");
}

/// A statement without parameters.
struct Statement(&'static str);

impl Transaction for Statement {
    type Output = u64;
    const NAME: &'static str = "test_statement";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        tx.execute(self.0, &[]).await
    }
}

/// Writes one row and reads it back.
struct RoundTrip {
    name: &'static str,
    note: Option<&'static str>,
    bytes: Vec<u8>,
}

impl Transaction for RoundTrip {
    type Output = (i64, String, Option<String>, Vec<u8>, bool);
    const NAME: &'static str = "test_round_trip";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        // The parameters do not appear in the order of their numbers.
        let rows = tx
            .query(
                "INSERT INTO counters (note, bytes, n, name) VALUES ($3, $4, $2, $1)
                     RETURNING n, name, note, bytes, n > 0",
                &[
                    self.name.into(),
                    i64::MAX.into(),
                    self.note.into(),
                    (&self.bytes).into(),
                ],
            )
            .await?;
        let row = &rows[0];
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
        ))
    }
}

async fn values_return_as_they_went(store: &Arc<dyn Store>) {
    for (name, note) in [("ünïcode", Some("a 'note'")), ("without a note", None)] {
        let bytes = vec![0, 255, 7];
        let written = RoundTrip {
            name,
            note,
            bytes: bytes.clone(),
        };
        let read = store.run(written).await.expect("write");
        let note = note.map(str::to_owned);
        assert_eq!(read, (i64::MAX, name.to_owned(), note, bytes, true));
    }
}

/// Adds one to a counter, and reads it if it exists.
struct Add {
    name: &'static str,
    fails: bool,
}

impl Transaction for Add {
    type Output = i64;
    const NAME: &'static str = "test_add";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<i64, TxError> {
        let row = tx
            .query_optional(
                "INSERT INTO counters (name, n) VALUES ($1, 1)
                     ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 RETURNING n",
                &[self.name.into()],
            )
            .await?;
        if self.fails {
            return Err(Error::General("given up".to_owned()).into());
        }
        row.expect("an upsert returns a row").get(0)
    }
}

/// Reads a counter.
struct Count(&'static str);

impl Transaction for Count {
    type Output = Option<i64>;
    const NAME: &'static str = "test_count";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, TxError> {
        let sql = "SELECT n FROM counters WHERE name = $1";
        let row = tx.query_optional(sql, &[self.0.into()]).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

async fn an_error_undoes_everything(store: &Arc<dyn Store>) {
    let failed = Add {
        name: "undone",
        fails: true,
    };
    let error = store.run(failed).await.expect_err("it gives up");
    assert!(matches!(error, Error::General(text) if text == "given up"));
    assert_eq!(store.run(Count("undone")).await.expect("read"), None);
}

async fn increments_race(store: &Arc<dyn Store>) {
    let adds = (0..32).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            store
                .run(Add {
                    name: "raced",
                    fails: false,
                })
                .await
        })
    });
    let mut seen = Vec::new();
    for add in adds.collect::<Vec<_>>() {
        seen.push(add.await.expect("join").expect("add"));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=32).collect::<Vec<_>>());
}

/// Reads a counter and writes what it read plus one: wrong without the lock.
struct LockedAdd;

impl Transaction for LockedAdd {
    type Output = ();
    const NAME: &'static str = "test_locked_add";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.lock("counters/locked").await?;
        let n: i64 = tx
            .query_optional("SELECT n FROM counters WHERE name = 'locked'", &[])
            .await?
            .expect("it exists")
            .get(0)?;
        let sql = "UPDATE counters SET n = $1 WHERE name = 'locked'";
        assert_eq!(tx.execute(sql, &[(n + 1).into()]).await?, 1);
        Ok(())
    }
}

async fn locked_transactions_run_one_after_the_other(store: &Arc<dyn Store>) {
    let first = Add {
        name: "locked",
        fails: false,
    };
    store.run(first).await.expect("insert");
    let adds = (0..16).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.run(LockedAdd).await })
    });
    for add in adds.collect::<Vec<_>>() {
        add.await.expect("join").expect("add");
    }
    assert_eq!(store.run(Count("locked")).await.expect("read"), Some(17));
}

/// Reads a counter twice and lets the test write in between.
struct ReadTwice {
    between: std::sync::Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Transaction for ReadTwice {
    type Output = (i64, i64);
    const NAME: &'static str = "test_read_twice";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(i64, i64), TxError> {
        let sql = "SELECT COUNT(*) FROM counters";
        let before = tx.query(sql, &[]).await?[0].get(0)?;
        let between = self.between.lock().expect("lock").take();
        between.expect("it runs once")();
        Ok((before, tx.query(sql, &[]).await?[0].get(0)?))
    }
}

async fn a_reader_sees_one_snapshot(store: &Arc<dyn Store>) {
    let (writer, runtime) = (Arc::clone(store), tokio::runtime::Handle::current());
    let write = move || {
        // A thread of its own: this one may be inside the runtime.
        let add = Add {
            name: "written while a reader reads",
            fails: false,
        };
        let writing = std::thread::spawn(move || runtime.block_on(writer.run(add)));
        writing.join().expect("join").expect("write");
    };
    if store.connections().is_none() {
        // In memory there is one connection for everything, so nothing can be written in between.
        return;
    }
    let between = std::sync::Mutex::new(Some(Box::new(write) as Box<dyn FnOnce() + Send>));
    let (before, after) = store.run(ReadTwice { between }).await.expect("read");
    assert_eq!(before, after);
}

/// Awaits something that is no statement.
struct Sleeps;

impl Transaction for Sleeps {
    type Output = ();
    const NAME: &'static str = "test_sleeps";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        tx.execute("DELETE FROM counters", &[]).await?;
        std::future::pending().await
    }
}

async fn only_statements_may_be_awaited(store: &Arc<dyn Store>) {
    // PostgreSQL gives it up after the time limit of every transaction.
    let error = store.run(Sleeps).await.expect_err("it is refused");
    let expected = matches!(error, Error::Internal(_) | Error::Unavailable { .. });
    assert!(expected, "{error:?}");
    assert_eq!(store.run(Count("locked")).await.expect("read"), Some(17));
}

/// Says that it is one statement, and runs as many as it is given.
struct SaysOne(u32);

impl Transaction for SaysOne {
    type Output = u64;
    const NAME: &'static str = "test_says_one";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let mut changed = 0;
        for _ in 0..self.0 {
            let sql = "UPDATE counters SET n = n WHERE name = 'locked'";
            changed += tx.execute(sql, &[]).await?;
        }
        Ok(changed)
    }
}

async fn one_statement_is_one(store: &Arc<dyn Store>) {
    assert_eq!(store.run(SaysOne(1)).await.expect("write"), 1);
    let error = store.run(SaysOne(2)).await.expect_err("one too many");
    assert!(error.to_string().contains("a second one"), "{error}");
}

/// A statement whose parameters do not fit.
struct Misfit {
    runs: AtomicU32,
    values: usize,
}

impl Transaction for Misfit {
    type Output = u64;
    const NAME: &'static str = "test_misfit";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        assert_eq!(
            self.runs.fetch_add(1, Ordering::Relaxed),
            0,
            "a fault is not retried"
        );
        let sql = "UPDATE counters SET n = n + $1 WHERE name = $2";
        let values = [Bind::Int(1), Bind::Text("locked"), Bind::Null];
        tx.execute(sql, &values[..self.values]).await
    }
}

async fn faults_of_statements_are_internal(store: &Arc<dyn Store>) {
    for values in [0, 1, 3] {
        let misfit = Misfit {
            runs: AtomicU32::new(0),
            values,
        };
        let error = store.run(misfit).await.expect_err("it does not fit");
        assert!(matches!(error, Error::Internal(_)), "{values}: {error:?}");
    }
    let unreadable = store.run(RoundTripAsText).await.expect_err("n is no text");
    assert!(unreadable.to_string().contains("column 0"), "{unreadable}");
    assert_eq!(store.run(Count("locked")).await.expect("read"), Some(17));
}

/// Reads an integer as text.
struct RoundTripAsText;

impl Transaction for RoundTripAsText {
    type Output = String;
    const NAME: &'static str = "test_integer_as_text";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        tx.query("SELECT n FROM counters LIMIT 1", &[]).await?[0].get(0)
    }
}

#[test]
fn a_bound_value_hides_itself() {
    let shown = format!(
        "{:?}",
        [Bind::Text("secret"), Bind::Bytes(b"secret"), Bind::Int(42)]
    );
    assert_eq!(shown, "[…, …, …]");
}
