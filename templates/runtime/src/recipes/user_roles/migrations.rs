// The migrations of the recipe: an expression that `store/migrations.rs` includes.
(
    "user_roles",
    &[Migration {
        number: 1,
        name: "roles",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!("migrations/0001_roles.sql")),
    }],
)
