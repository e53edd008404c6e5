// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "account_linking",
    asked_by: AskedBy::Answer(&[
        "SIGN_UP_NOT_ALLOWED",
        "SIGN_IN_NOT_ALLOWED",
        "SIGN_IN_UP_NOT_ALLOWED",
    ]),
    is_built: cfg!(feature = "account_linking"),
    variables: &[choice(
        "AUTH_ACCOUNT_LINKING",
        "`off`",
        &["off", "verified"],
        "Whether ways to sign in with the same address or phone number become one user: `off`, or `verified`, once \
         each of them has proven it",
    )],
}
