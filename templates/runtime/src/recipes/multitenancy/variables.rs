// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "multitenancy",
    asked_by: AskedBy::Operation("loginmethods"),
    is_built: cfg!(feature = "multitenancy"),
    variables: &[plain(
        "AUTH_TENANTS_FILE",
        "none",
        "A file with tenants that are made, or changed to what it says, at each start, as a JSON list: \
         `[{\"tenantId\":\"t1\",\"firstFactors\":[\"emailpassword\"]}]`",
    )],
}
