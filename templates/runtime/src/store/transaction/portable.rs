//! Which SQL both databases understand in the same way.
//!
//! Every statement of a [`Transaction`](super::Transaction) is checked when it runs in a debug build, so a
//! test that runs it on SQLite alone also finds what PostgreSQL refuses, and the reverse.

/// What one database lacks, or understands differently, and what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("::", "PostgreSQL only; write CAST(… AS TEXT)"),
    ("?", "SQLite only; write $1"),
    ("ANY(", "PostgreSQL only; run one statement for each value"),
    ("ANY (", "PostgreSQL only; run one statement for each value"),
    (
        "FOR UPDATE",
        "PostgreSQL only; use a conditional write or Tx::lock",
    ),
    (
        "FOR SHARE",
        "PostgreSQL only; use a conditional write or Tx::lock",
    ),
    ("SKIP LOCKED", "PostgreSQL only; use Tx::lock"),
    (
        "ILIKE",
        "PostgreSQL only; store the text in its normal form",
    ),
    ("INTERVAL", "PostgreSQL only; times are milliseconds"),
    (
        "NOW()",
        "PostgreSQL only; bind the time of the server's clock",
    ),
    ("CURRENT_TIMESTAMP", "bind the time of the server's clock"),
    (
        "->",
        "the databases differ; read the JSON and take it apart in Rust",
    ),
    ("INSERT OR ", "SQLite only; write ON CONFLICT"),
    ("REPLACE INTO", "SQLite only; write ON CONFLICT"),
    ("GREATEST(", "PostgreSQL only; write CASE"),
    ("LEAST(", "PostgreSQL only; write CASE"),
    ("IFNULL(", "SQLite only; write COALESCE"),
    ("ROWID", "SQLite only; name a key"),
    ("PRAGMA", "SQLite only"),
];

/// Refuses a statement that only one database understands.
pub(super) fn check(sql: &str) -> Result<(), String> {
    let upper = sql.to_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    let text = words.join(" ");
    if let Some((part, cure)) = REFUSED.iter().find(|(part, _)| text.contains(part)) {
        return Err(format!("`{part}`: {cure}"));
    }
    let writes_in_cte = [
        "(INSERT ",
        "( INSERT ",
        "(UPDATE ",
        "( UPDATE ",
        "(DELETE ",
        "( DELETE ",
    ];
    if text.starts_with("WITH ") && writes_in_cte.iter().any(|write| text.contains(write)) {
        return Err("a write inside WITH: PostgreSQL only; run several statements".to_owned());
    }
    if let Some(select) = text.find(" SELECT ")
        && text.starts_with("INSERT ")
        && let Some(conflict) = text.find(" ON CONFLICT")
        && select < conflict
        && !text
            .get(select..conflict)
            .is_some_and(|part| part.contains(" WHERE "))
    {
        return Err(
            "INSERT … SELECT … ON CONFLICT: SQLite needs a WHERE; write WHERE true".to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_of_one_database_is_refused() {
        for (sql, part) in [
            ("SELECT a::text FROM t", "::"),
            ("SELECT a FROM t WHERE b = ?1", "?"),
            ("SELECT a FROM t\n FOR\n UPDATE", "FOR UPDATE"),
            ("select a from t where b = any($1)", "ANY("),
            (
                "WITH gone AS ( DELETE FROM t RETURNING a) SELECT a FROM gone",
                "WITH",
            ),
            (
                "INSERT INTO t SELECT a FROM u ON CONFLICT DO NOTHING",
                "WHERE true",
            ),
        ] {
            let refusal = check(sql).expect_err(sql);
            assert!(refusal.contains(part), "{sql}: {refusal}");
        }
    }

    #[test]
    fn sql_of_both_databases_is_accepted() {
        for sql in [
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING b",
            "INSERT INTO t SELECT a FROM u WHERE true ON CONFLICT DO NOTHING",
            "WITH recent AS (SELECT a FROM t) SELECT a FROM recent",
            "DELETE FROM t WHERE a IN (SELECT a FROM t WHERE b <= $1 LIMIT $2)",
        ] {
            assert_eq!(check(sql), Ok(()), "{sql}");
        }
    }
}
