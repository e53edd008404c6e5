//! The app that the database belongs to.

use rusqlite::Connection;

/// Makes the database that of an app unless it has one already; whose it is.
pub(super) fn owning(db: &Connection, app_id: &str) -> rusqlite::Result<String> {
    db.execute(
        "INSERT INTO app (only_row, app_id) VALUES (1, ?1) ON CONFLICT DO NOTHING",
        [app_id],
    )?;
    db.query_row("SELECT app_id FROM app", [], |row| row.get(0))
}
