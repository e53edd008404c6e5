// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "user_roles",
    asked_by: AskedBy::Name,
    is_built: cfg!(feature = "user_roles"),
    variables: &[choice(
        "AUTH_ROLE_CLAIMS",
        "`both`",
        &["both", "roles", "permissions", "none"],
        "What an access token says from the beginning of its session: the `roles` of the user, their `permissions`, `both` \
         or `none`. A route that demands one that is not there fetches it",
    )],
}
