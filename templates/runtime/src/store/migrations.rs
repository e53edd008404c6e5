//! The migrations that bring the tables of a database up to date, in either database.
//!
//! Rules:
//! - **append-only**: a released migration never changes; a change of the tables is a new one;
//! - **numbered per owner**: `core`, and each recipe that has tables of its own. Only `core` alters the shared
//!   tables, so a database to which a recipe is added later ends with the same tables as one that had it from
//!   the start;
//! - **complete**: every server applies all of them, whichever recipes its spec has and its program is built with. So
//!   nothing of this list stands behind a Cargo feature;
//! - each says the **oldest release that may run beside it**. A server of such a release goes on with a
//!   database that a newer one has migrated, which is what an upgrade without a pause needs; an older one
//!   refuses to start;
//! - all that are missing run in one transaction under a lock: a start that is interrupted, or several at
//!   once, leave either the old tables or the new ones (`sqlite/migrate.rs`, `postgres/migrate.rs`).
//!
//! `tests/server/migrations` keeps a database of every release, and a test upgrades each.

use std::borrow::Cow;

use super::transaction::Sql;

/// A change of the tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migration {
    /// Its number among those of its owner, from 1.
    pub(super) number: i64,
    /// A few words.
    pub(super) name: &'static str,
    /// The oldest release that may run beside it.
    pub(super) oldest_release: &'static str,
    /// The statements, in the types of PostgreSQL; or a text for each database.
    pub(super) sql: Sql,
}

/// The migrations of all owners. `core` comes first. A recipe with tables of its own keeps its list and its files in
/// its folder, and adds a line at the end, which is there where the recipe itself is not built.
pub(super) const ALL: &Owners = &[
    ("core", CORE),
    include!("../recipes/multitenancy/migrations.rs"),
    include!("../recipes/totp/migrations.rs"),
    include!("../recipes/user_metadata/migrations.rs"),
    include!("../recipes/user_roles/migrations.rs"),
];

const CORE: &[Migration] = &[
    Migration {
        number: 1,
        name: "initial",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!("../../migrations/core/0001_initial.sql")),
    },
    Migration {
        number: 2,
        name: "website of mails",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!(
            "../../migrations/core/0002_website_of_mails.sql"
        )),
    },
    Migration {
        number: 3,
        name: "addresses of login methods",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!(
            "../../migrations/core/0003_addresses_of_login_methods.sql"
        )),
    },
    Migration {
        number: 4,
        name: "language of mails",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!(
            "../../migrations/core/0004_language_of_mails.sql"
        )),
    },
    Migration {
        number: 5,
        name: "language of users",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!(
            "../../migrations/core/0005_language_of_users.sql"
        )),
    },
];

/// The table that records migrations, in the types of PostgreSQL.
pub(super) const RECORD: &str = r#"
CREATE TABLE IF NOT EXISTS auth_migrations (
    owner          TEXT COLLATE "C" NOT NULL,
    number         BIGINT NOT NULL,
    name           TEXT   NOT NULL,
    oldest_release TEXT   NOT NULL,
    applied_at     BIGINT NOT NULL,
    PRIMARY KEY (owner, number)
);
"#;

/// A table that only the layout before the first release has.
pub(super) const UNRELEASED_TABLE: &str = "email_password_users";

/// What is said about a database with [`UNRELEASED_TABLE`].
pub(super) const UNRELEASED: &str = "the database has the tables of a version before the first release, \
    which cannot be upgraded: name an empty database in DATABASE_URL";

/// The migrations of some owners.
pub(super) type Owners = [(&'static str, &'static [Migration])];

/// A migration that a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) owner: String,
    pub(super) number: i64,
    /// As the server that applied it said.
    pub(super) oldest_release: String,
}

/// What a database lacks, in the order in which it is applied.
///
/// # Errors
/// The database is newer than this release can use; the text says so, and what to do.
pub(super) fn missing(
    all: &Owners,
    applied: &[Applied],
    release: &str,
) -> Result<Vec<(&'static str, Migration)>, String> {
    let has = |owner: &str, number| {
        let mut applied = applied.iter();
        applied.any(|one| one.owner == owner && one.number == number)
    };
    let knows = |one: &Applied| {
        let mut of_owner = all.iter().filter(|(owner, _)| *owner == one.owner);
        of_owner.any(|(_, migrations)| migrations.iter().any(|it| it.number == one.number))
    };
    for one in applied.iter().filter(|one| !knows(one)) {
        if version(&one.oldest_release).is_some_and(|oldest| Some(oldest) <= version(release)) {
            continue;
        }
        return Err(format!(
            "the database is newer than this server: its migration {}/{:04} needs release {} or later, and \
             this is {release}. Run a release that knows it, or restore a backup from before the upgrade",
            one.owner, one.number, one.oldest_release
        ));
    }
    let missing = all.iter().flat_map(|(owner, migrations)| {
        let missing = migrations.iter().filter(|it| !has(owner, it.number));
        missing.map(|migration| (*owner, *migration))
    });
    Ok(missing.collect())
}

/// The three numbers of a release; `None` for what is no release.
fn version(release: &str) -> Option<[u64; 3]> {
    let mut numbers = release.split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let version = [next()?, next()?, next()?];
    numbers.next().is_none().then_some(version)
}

impl Migration {
    /// The statements for SQLite.
    pub(super) fn for_sqlite(&self) -> Cow<'static, str> {
        match self.sql {
            Sql::Both(sql) => sqlite_types(sql).into(),
            Sql::Each { sqlite, .. } => sqlite.into(),
        }
    }

    /// The statements for PostgreSQL.
    #[cfg(feature = "postgres")]
    pub(super) fn for_postgres(&self) -> &'static str {
        match self.sql {
            Sql::Both(sql) => sql,
            Sql::Each { postgres, .. } => postgres,
        }
    }
}

/// The same tables in the types of SQLite: strict, and stored in the order of their keys. SQLite compares text
/// byte by byte by itself.
pub(super) fn sqlite_types(sql: &str) -> String {
    let mut text = sql.replace(" COLLATE \"C\"", "");
    for (postgres, sqlite) in [
        ("BIGINT", "INTEGER"),
        ("BOOLEAN", "INTEGER"),
        ("BYTEA", "BLOB"),
        ("DEFAULT FALSE", "DEFAULT 0"),
        ("DEFAULT TRUE", "DEFAULT 1"),
        ("\n);", "\n) STRICT, WITHOUT ROWID;"),
    ] {
        text = text.replace(postgres, sqlite);
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const fn migration(number: i64, sql: &'static str) -> Migration {
        Migration {
            number,
            name: "a name",
            oldest_release: "0.1.0",
            sql: Sql::Both(sql),
        }
    }

    const KNOWN: &Owners = &[
        (
            "core",
            &[
                migration(1, "CREATE TABLE a (\n    id BIGINT PRIMARY KEY\n);"),
                migration(
                    2,
                    "ALTER TABLE a ADD COLUMN more BOOLEAN NOT NULL DEFAULT FALSE;",
                ),
            ],
        ),
        (
            "other",
            &[migration(
                1,
                "CREATE TABLE b (\n    id TEXT COLLATE \"C\" PRIMARY KEY\n);",
            )],
        ),
    ];

    /// The migrations of one server, by their owners.
    pub(in crate::store) type OfServer = Vec<(&'static str, &'static [Migration])>;

    /// Lists of migrations that servers apply to one database, one after the other. The last one is applied to an
    /// empty database, too, and both must end with the same tables.
    pub(in crate::store) fn histories() -> Vec<Vec<OfServer>> {
        let (core, other) = (KNOWN[0].1, KNOWN[1].1);
        let mut histories = vec![
            vec![vec![("core", &core[..1])], KNOWN.to_vec()],
            vec![vec![("core", &core[..1]), ("other", other)], KNOWN.to_vec()],
        ];
        // Each recipe of this release, added to a server of all others.
        for (recipe, _) in ALL.iter().filter(|(owner, _)| *owner != "core") {
            let others = ALL.iter().filter(|(owner, _)| owner != recipe);
            histories.push(vec![others.copied().collect(), ALL.to_vec()]);
        }
        histories
    }

    fn applied(owner: &str, number: i64, oldest_release: &str) -> Applied {
        Applied {
            owner: owner.to_owned(),
            number,
            oldest_release: oldest_release.to_owned(),
        }
    }

    fn names(applied: &[Applied], release: &str) -> Result<Vec<String>, String> {
        let missing = missing(KNOWN, applied, release)?;
        let name = |(owner, migration): (&str, Migration)| format!("{owner}/{}", migration.number);
        Ok(missing.into_iter().map(name).collect())
    }

    #[test]
    fn what_is_missing_runs_core_first_whenever_a_recipe_was_added() {
        for (have, expected) in [
            (vec![], vec!["core/1", "core/2", "other/1"]),
            (vec![applied("core", 1, "0.1.0")], vec!["core/2", "other/1"]),
            (vec![applied("other", 1, "0.1.0")], vec!["core/1", "core/2"]),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(names(&have, "0.2.0"), Ok(expected), "{have:?}");
        }
    }

    #[test]
    fn a_newer_database_is_used_by_the_releases_that_may_run_beside_it() {
        let newer = |oldest| [applied("core", 1, "0.1.0"), applied("core", 3, oldest)];
        let rest = Ok(vec!["core/2".to_owned(), "other/1".to_owned()]);
        for oldest in ["0.1.0", "0.2.0"] {
            assert_eq!(names(&newer(oldest), "0.2.0"), rest, "{oldest}");
        }
        for oldest in ["0.2.1", "0.10.0", "1.0.0"] {
            let refusal = names(&newer(oldest), "0.2.0").expect_err(oldest);
            assert!(refusal.contains("core/0003 needs release"), "{refusal}");
            assert!(refusal.contains(oldest), "{refusal}");
        }
        // A release that cannot be compared stops the start.
        assert!(names(&newer("0.1.0"), "unknown").is_err());
        assert!(names(&newer("newest"), "0.2.0").is_err());
    }

    #[test]
    fn migrations_are_numbered_without_gaps_and_name_a_release() {
        for (owner, migrations) in ALL {
            for (place, migration) in (1..).zip(*migrations) {
                assert_eq!(migration.number, place, "{owner}");
                let oldest = version(migration.oldest_release);
                assert!(
                    oldest.is_some() && oldest <= version(crate::VERSION),
                    "{owner}/{place}"
                );
            }
        }
    }
}
