// The migrations of the recipe: an expression that `store/migrations.rs` includes.
(
    "user_metadata",
    &[Migration {
        number: 1,
        name: "user metadata",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!("migrations/0001_user_metadata.sql")),
    }],
)
