// The migrations of the recipe: an expression that `store/migrations.rs` includes.
(
    "totp",
    &[Migration {
        number: 1,
        name: "devices",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!("migrations/0001_devices.sql")),
    }],
)
