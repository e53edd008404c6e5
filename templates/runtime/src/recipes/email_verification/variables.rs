// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "email_verification",
    asked_by: AskedBy::Operation("createEmailVerificationToken"),
    is_built: cfg!(feature = "email_verification"),
    variables: &[choice(
        "AUTH_EMAIL_VERIFICATION",
        "`off`",
        &["off", "optional", "required"],
        "Whether sessions say that the address of their user is verified (claim `st-ev`): `off`, `optional`, or \
         `required`, which refuses the sessions of other users",
    )],
}
