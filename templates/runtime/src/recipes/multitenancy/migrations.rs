// The migrations of the recipe: an expression that `store/migrations.rs` includes.
(
    "multitenancy",
    &[Migration {
        number: 1,
        name: "tenants",
        oldest_release: "0.1.0",
        sql: Sql::Both(include_str!("migrations/0001_tenants.sql")),
    }],
)
