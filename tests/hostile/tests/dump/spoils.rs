//! What a thief has: every value of the database, and what can be made of it.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tokio_postgres::NoTls;

/// A value and where it was.
struct Stolen {
    table: String,
    column: String,
    value: Vec<u8>,
}

pub(crate) struct Spoils(Vec<Stolen>);

impl Spoils {
    pub(crate) fn of_sqlite(path: &Path) -> Self {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let db = db.expect("it can be read");
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let mut tables = db.prepare(sql).expect("it is a query");
        let tables = tables
            .query_map([], |row| row.get::<_, String>(0))
            .expect("it runs");
        let mut spoils = Vec::new();
        for table in tables.map(|table| table.expect("it is text")) {
            let mut select = db
                .prepare(&format!("SELECT * FROM \"{table}\""))
                .expect("it is a query");
            let columns: Vec<_> = select.column_names().map(str::to_owned).collect();
            let mut rows = select.query([]).expect("it runs");
            while let Some(row) = rows.next().expect("it runs") {
                for (place, column) in columns.iter().enumerate() {
                    let value = match row.get_ref(place).expect("it is there") {
                        ValueRef::Null => continue,
                        ValueRef::Integer(number) => number.to_string().into_bytes(),
                        ValueRef::Real(number) => number.to_string().into_bytes(),
                        ValueRef::Text(value) | ValueRef::Blob(value) => value.to_vec(),
                    };
                    let (table, column) = (table.clone(), column.clone());
                    spoils.push(Stolen {
                        table,
                        column,
                        value,
                    });
                }
            }
        }
        Self(spoils)
    }

    /// All tables of the schema that the URL names.
    pub(crate) async fn of_postgres(url: &str) -> Self {
        let (base, schema) = url
            .rsplit_once("options=-csearch_path%3D")
            .expect("it names a schema");
        let base = base.trim_end_matches(['?', '&']);
        let (db, connection) = tokio_postgres::connect(base, NoTls)
            .await
            .expect("it can be read");
        tokio::spawn(connection);
        let sql = "SELECT table_name::text, column_name::text, data_type = 'bytea'
            FROM information_schema.columns WHERE table_schema = $1";
        let mut spoils = Vec::new();
        for row in db.query(sql, &[&schema]).await.expect("it runs") {
            let (table, column): (String, String) = (row.get(0), row.get(1));
            let as_bytes = if row.get(2) {
                format!("\"{column}\"")
            } else {
                format!("convert_to(\"{column}\"::text, 'UTF8')")
            };
            let sql = format!(
                "SELECT {as_bytes} FROM {schema}.\"{table}\" WHERE \"{column}\" IS NOT NULL"
            );
            for row in db.query(&sql, &[]).await.expect("it runs") {
                let (table, column) = (table.clone(), column.clone());
                spoils.push(Stolen {
                    table,
                    column,
                    value: row.get(0),
                });
            }
        }
        Self(spoils)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The values of one column.
    pub(crate) fn values(&self, table: &str, column: &str) -> Vec<Vec<u8>> {
        let found = self
            .0
            .iter()
            .filter(|stolen| stolen.table == table && stolen.column == column);
        let values: Vec<_> = found.map(|stolen| stolen.value.clone()).collect();
        assert!(!values.is_empty(), "there is no {table}.{column}");
        values
    }

    pub(crate) fn texts(&self, table: &str, column: &str) -> Vec<String> {
        let text = |value| String::from_utf8(value).expect("it is text");
        self.values(table, column).into_iter().map(text).collect()
    }

    /// Where a secret is, if it is anywhere.
    pub(crate) fn place_of(&self, secret: &[u8]) -> Option<String> {
        let found = self.0.iter().find(|stolen| {
            decodings(&stolen.value)
                .iter()
                .any(|value| contains(value, secret))
        });
        found.map(|stolen| format!("{}.{}", stolen.table, stolen.column))
    }

    /// Every value, and all that can be made of it by decoding and encoding.
    pub(crate) fn forms(&self) -> BTreeSet<Vec<u8>> {
        let decoded: BTreeSet<_> = self
            .0
            .iter()
            .flat_map(|stolen| decodings(&stolen.value))
            .collect();
        let encoded = decoded.iter().flat_map(|value| {
            let hex = value
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>();
            [
                hex.into_bytes(),
                URL_SAFE_NO_PAD.encode(value).into_bytes(),
                STANDARD.encode(value).into_bytes(),
            ]
        });
        encoded
            .collect::<BTreeSet<_>>()
            .union(&decoded)
            .cloned()
            .collect()
    }
}

/// A value, the texts inside of its JSON, and each of them decoded.
fn decodings(value: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::from([value.to_vec()]);
    if let Ok(json) = serde_json::from_slice::<Value>(value) {
        leaves(&json, &mut all);
    }
    let unhex = |value: &[u8]| {
        let pairs = value.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair)
                .ok()
                .filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        });
        pairs.collect::<Option<Vec<_>>>()
    };
    for value in all.clone() {
        all.extend(unhex(&value));
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            all.extend(engine.decode(&value).ok());
        }
    }
    all.remove(&Vec::new());
    all
}

fn leaves(json: &Value, all: &mut BTreeSet<Vec<u8>>) {
    match json {
        Value::String(text) => drop(all.insert(text.as_bytes().to_vec())),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, all)),
        Value::Object(items) => items.values().for_each(|item| leaves(item, all)),
        _ => {}
    }
}

/// The files of a SQLite database: itself, its log.
pub(crate) fn sqlite_files(path: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = path.parent().expect("it lies in a folder");
    let files = std::fs::read_dir(folder).expect("it can be read");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("it can be read");
        let bytes = std::fs::read(entry.path()).ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), bytes))
    };
    files.filter_map(read).collect()
}

pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
