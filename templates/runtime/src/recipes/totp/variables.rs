// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "totp",
    asked_by: AskedBy::Operation("createTOTPDevice"),
    is_built: cfg!(feature = "totp"),
    variables: &[
        plain(
            "AUTH_TOTP_ISSUER",
            "the `appName` of appInfo",
            "What authenticator apps show beside the codes of this server",
        ),
        choice(
            "AUTH_TOTP_SKEW",
            "`1`",
            &["1", "0", "2"],
            "How many half minutes the clock of a new authenticator app may be wrong: `0`, `1` or `2`",
        ),
        choice(
            "AUTH_TOTP_MAX_ATTEMPTS",
            "`5`",
            &["5", "3", "10"],
            "After how many wrong codes in a row a user has to wait: `3`, `5` or `10`",
        ),
        choice(
            "AUTH_TOTP_COOLDOWN_MINUTES",
            "`15`",
            &["15", "5", "30", "60"],
            "For how long: `5`, `15`, `30` or `60` minutes",
        ),
    ],
}
