//! Copies of a database: made while servers use it, and put in its place again.
//!
//! Rules: a copy is one state of the database, which `VACUUM INTO` reads in one transaction
//! (<https://www.sqlite.org/lang_vacuum.html>); a name leads to a copy only once the copy is whole, checked and on
//! the disk; no file is ever overwritten; and what is put back does not bring back what has ended since then.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::BUSY_TIMEOUT;
use super::migrate::applied;
use crate::store::migrations;

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contents {
    /// How many users.
    pub(crate) users: u64,
    /// How many sessions.
    pub(crate) sessions: u64,
    /// The size of its file.
    pub(crate) bytes: u64,
}

/// How a copy is put in the place of a database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restore<'a> {
    /// The app that the copy has to belong to.
    pub(crate) app_id: &'a str,
    /// Whether a database that is there is moved aside.
    pub(crate) replace: bool,
    /// Whether sessions and one-time secrets go on as they were when the copy was made.
    pub(crate) keep_sessions: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restored {
    /// What the database holds now.
    pub(crate) contents: Contents,
    /// Where the database that was there is now.
    pub(crate) moved_to: Option<PathBuf>,
}

/// Copies a database, which servers may use meanwhile, into a new file that its owner alone can read.
///
/// # Errors
/// What is wrong, and what to do. Nothing is left behind.
pub(crate) fn back_up(database: &Path, to: &Path) -> Result<Contents, String> {
    refuse_existing(to)?;
    let partial = beside(to, ".partial");
    let made = copy(database, &partial).and_then(|()| {
        let contents = check(&partial)?;
        put(&partial, to)?;
        Ok(contents)
    });
    remove_on_failure(&partial, made)
}

/// Puts a copy in the place of a database that no server uses.
///
/// # Errors
/// What is wrong, and what to do. The database that was there, and the copy, are as they were.
pub(crate) fn restore(from: &Path, database: &Path, how: Restore<'_>) -> Result<Restored, String> {
    if !from.is_file() {
        return Err(format!("there is no file {}", from.display()));
    }
    let is_there = database.exists();
    if is_there && !how.replace {
        return Err(format!(
            "DATABASE_URL: the database {} is there: stop its servers and add `--replace`, which keeps it under \
             another name",
            database.display()
        ));
    }
    let log = beside(database, "-wal");
    if !is_there && log.exists() {
        return Err(format!(
            "{} has data of a database that is not there: move it away",
            log.display()
        ));
    }
    if is_there {
        refuse_used(database)?;
    }
    let partial = beside(database, ".restoring");
    let made = copy(from, &partial).and_then(|()| {
        let contents = prepare(&partial, how)
            .map_err(|why| format!("{} cannot be restored: {why}", from.display()))?;
        let moved_to = is_there.then(|| move_aside(database)).transpose()?;
        if let Err(why) = put(&partial, database) {
            put_back(moved_to.as_deref(), database).map_err(|more| format!("{why}; {more}"))?;
            return Err(why.into());
        }
        Ok(Restored { contents, moved_to })
    });
    remove_on_failure(&partial, made)
}

/// Deletes a file that was not finished; the first error is the one that counts.
fn remove_on_failure<T>(partial: &Path, made: Result<T, Failed>) -> Result<T, String> {
    made.map_err(|failed| match failed {
        Failed::IsOfAnother(why) => why,
        Failed::Because(why) => match std::fs::remove_file(partial) {
            Ok(()) => why,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => why,
            Err(error) => format!(
                "{why}; and {} cannot be deleted: {error}",
                partial.display()
            ),
        },
    })
}

/// Why a copy was not made.
enum Failed {
    /// The unfinished file is of another command, and stays.
    IsOfAnother(String),
    /// Anything else.
    Because(String),
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self::Because(why)
    }
}

/// Copies what is committed into a file that only this function makes.
fn copy(database: &Path, to: &Path) -> Result<(), Failed> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failed::IsOfAnother(format!(
            "{} is of another command that still runs, or was interrupted: delete it if none runs",
            to.display()
        )),
        _ => Failed::IsOfAnother(format!("cannot create {}: {error}", to.display())),
    })?;
    let failed = |error: rusqlite::Error| format!("cannot copy {}: {error}", database.display());
    let name = to
        .to_str()
        .ok_or_else(|| format!("the name of {} is not UTF-8", to.display()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    // An empty file is one that it may write into.
    connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(failed)?;
    Ok(())
}

/// Whether a copy is whole and is one of a server; what it holds.
fn check(copy: &Path) -> Result<Contents, String> {
    let connection = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY);
    contents(&connection.map_err(damaged)?, copy)
}

fn contents(connection: &Connection, copy: &Path) -> Result<Contents, String> {
    let text = |sql| connection.query_row(sql, [], |row| row.get::<_, String>(0));
    let found = text("PRAGMA integrity_check(1)").map_err(damaged)?;
    if found != "ok" {
        return Err(format!("it is damaged: {found}"));
    }
    let count = |sql| {
        let count = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(damaged)
    };
    let broken = count("SELECT COUNT(*) FROM pragma_foreign_key_check")?;
    if broken > 0 {
        return Err(format!(
            "it is damaged: {broken} rows belong to rows that are not there"
        ));
    }
    Ok(Contents {
        users: count("SELECT COUNT(*) FROM users")?,
        sessions: count("SELECT COUNT(*) FROM sessions")?,
        bytes: std::fs::metadata(copy)
            .map_err(|error| error.to_string())?
            .len(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn damaged(error: rusqlite::Error) -> String {
    format!("it is no intact copy of a database of this server: {error}")
}

/// Checks a copy that is about to become the database, and ends what must not go on.
///
/// A session that was revoked, a link that was used, and a code that was guessed at since the copy was made would work
/// again (OWASP ASVS 5.0, 7.4.1); so all of them end, unless the operator wants them to go on.
fn prepare(copy: &Path, how: Restore<'_>) -> Result<Contents, String> {
    let mut connection =
        Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(damaged)?;
    contents(&connection, copy)?;
    let transaction = connection.transaction().map_err(damaged)?;
    let applied = applied(&transaction).map_err(damaged)?;
    migrations::missing(migrations::ALL, &applied, crate::VERSION)?;
    // A database that no server has opened yet belongs to no app.
    let owner: String = transaction
        .query_row(
            "SELECT COALESCE((SELECT app_id FROM app), ?1)",
            [how.app_id],
            |row| row.get(0),
        )
        .map_err(damaged)?;
    if owner != how.app_id {
        return Err(format!(
            "it is of the app `{owner}`, and AUTH_APP_ID names the app `{}`",
            how.app_id
        ));
    }
    if !how.keep_sessions {
        let end = "DELETE FROM sessions; DELETE FROM one_time_secrets";
        transaction.execute_batch(end).map_err(damaged)?;
    }
    transaction.commit().map_err(damaged)?;
    contents(&connection, copy)
}

/// Refuses a database that a server has open: it would go on with a file that has no name.
fn refuse_used(database: &Path) -> Result<(), String> {
    let only_user = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        // SQLite leaves the mode of the write-ahead log only for the one connection that there is, and moves the log into
        // the file then.
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
    };
    match only_user() {
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            ) =>
        {
            Err(format!(
                "DATABASE_URL: the database {} is in use: stop its servers",
                database.display()
            ))
        }
        // A damaged database may be the reason for all of this.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Gives a database a name of its own, and its companions with it.
fn move_aside(database: &Path) -> Result<PathBuf, String> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map_err(|error| error.to_string())?.as_secs();
    let aside = beside(database, &format!(".before-restore-{seconds}"));
    refuse_existing(&aside)?;
    for companion in ["-wal", "-shm", ""] {
        let (old, new) = (beside(database, companion), beside(&aside, companion));
        match std::fs::rename(&old, &new) {
            Err(error) if companion.is_empty() || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("cannot rename {}: {error}", old.display()));
            }
            _ => {}
        }
    }
    Ok(aside)
}

/// Gives a database that was moved aside its name again.
fn put_back(aside: Option<&Path>, database: &Path) -> Result<(), String> {
    let Some(aside) = aside else { return Ok(()) };
    std::fs::rename(aside, database).map_err(|error| {
        format!(
            "the database that was there is now {}: {error}",
            aside.display()
        )
    })
}

/// Gives a finished file its name, when its content is on the disk.
fn put(partial: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", to.display());
    File::open(partial)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    refuse_existing(to)?;
    std::fs::rename(partial, to).map_err(failed)?;
    sync_folder(to).map_err(failed)
}

/// Has the disk remember the name of a file (fsync(2)).
#[cfg(unix)]
fn sync_folder(of: &Path) -> std::io::Result<()> {
    let folder = of.parent().filter(|path| !path.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn refuse_existing(path: &Path) -> Result<(), String> {
    if path.exists() {
        return Err(format!(
            "{} is there already, and no file is overwritten: name another one",
            path.display()
        ));
    }
    Ok(())
}

/// The path with more at its end.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
