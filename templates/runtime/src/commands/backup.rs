//! `backup` and `restore`: copies of a SQLite database.

use std::path::PathBuf;

use crate::Config;
use crate::store::copies::{self, Contents};
use crate::store::{self, Way};
use clap::Args;
use serde_json::json;

use super::{Done, Failure};

/// Copies the database while servers use it.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; one that exists is never overwritten
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Puts a copy in the place of the database.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The copy, which stays as it is
    file: PathBuf,
    /// Moves a database that is there aside; its servers have to be stopped
    #[arg(long)]
    replace: bool,
    /// Lets sessions, links and codes go on as they were: those that have ended since then work again
    #[arg(long)]
    keep_sessions: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) async fn run(&self, config: &Config) -> Result<Done, Failure> {
        let (database, file) = (database_file(config)?, self.file.clone());
        if !database.exists() {
            let database = database.display();
            return Err(format!("DATABASE_URL: there is no database {database}").into());
        }
        let copying = tokio::task::spawn_blocking(move || copies::back_up(&database, &file));
        let contents = copying.await??;
        let file = self.file.display();
        if self.json {
            let answer = as_json(contents, &[("file", Some(file.to_string()))]);
            return Ok(Done::Well(answer));
        }
        let what = in_words(contents);
        Ok(Done::Well(format!("{file} holds {what}, and was checked.")))
    }
}

impl Restore {
    pub(super) async fn run(&self, config: &Config) -> Result<Done, Failure> {
        let (database, file) = (database_file(config)?, self.file.clone());
        let (replace, keep_sessions) = (self.replace, self.keep_sessions);
        let (app_id, target) = (config.app_id.clone(), database.clone());
        let restoring = tokio::task::spawn_blocking(move || {
            let how = copies::Restore {
                app_id: &app_id,
                replace,
                keep_sessions,
            };
            copies::restore(&file, &target, how)
        });
        let restored = restoring.await??;
        let database = database.display();
        let aside = restored.moved_to.map(|path| path.display().to_string());
        if self.json {
            let paths = [("file", Some(database.to_string())), ("movedTo", aside)];
            return Ok(Done::Well(as_json(restored.contents, &paths)));
        }
        let mut lines = vec![format!("{database} holds {}.", in_words(restored.contents))];
        if !self.keep_sessions {
            lines.push("All sessions, links and codes have ended: users sign in again.".to_owned());
        }
        if let Some(aside) = aside {
            lines.push(format!("The database that was there is now {aside}."));
        }
        Ok(Done::Well(lines.join("\n")))
    }
}

/// The file of the database.
fn database_file(config: &Config) -> Result<PathBuf, Failure> {
    match store::way(config.database_url.expose()) {
        Some(Way::File(path)) => Ok(path),
        Some(Way::Memory) => Err("DATABASE_URL: a database in memory has no copy".into()),
        _ => Err(
            "DATABASE_URL: PostgreSQL has its own tools: `pg_dump --format=custom` and `pg_restore`, or an archive of \
             its write-ahead log"
                .into(),
        ),
    }
}

fn in_words(contents: Contents) -> String {
    let Contents {
        users,
        sessions,
        bytes,
    } = contents;
    let many = |count, one| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let (users, sessions) = (many(users, "user"), many(sessions, "session"));
    format!("{users} and {sessions} in {bytes} bytes")
}

fn as_json(contents: Contents, paths: &[(&str, Option<String>)]) -> String {
    let mut answer = json!({
        "users": contents.users,
        "sessions": contents.sessions,
        "bytes": contents.bytes,
    });
    for (name, path) in paths {
        answer[*name] = json!(path);
    }
    answer.to_string()
}
