//! The app that the database belongs to.

use super::{Connection, Failure, query};

/// Makes the database that of an app unless it has one already; whose it is. The update changes
/// nothing: it is how whoever comes second is answered with what the first has written.
pub(super) async fn owning(db: &Connection, app_id: &str) -> Result<String, Failure> {
    let rows = query(
        db,
        "INSERT INTO app (only_row, app_id) VALUES (1, $1)
         ON CONFLICT (only_row) DO UPDATE SET app_id = app.app_id
         RETURNING app_id",
        &[&app_id],
    )
    .await?;
    let row = rows.first().ok_or(Failure::Vanished)?;
    Ok(row.try_get(0)?)
}
