// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "passwordless",
    asked_by: AskedBy::Operation("passwordlessSignInUpStart"),
    is_built: cfg!(feature = "passwordless"),
    variables: &[
        choice(
            "AUTH_PASSWORDLESS_CONTACT_METHOD",
            "`EMAIL`",
            &["EMAIL", "PHONE", "EMAIL_OR_PHONE"],
            "Where messages for a sign-in without a password go: to mail addresses (`EMAIL`), as text messages (`PHONE`), \
             or where the user wishes (`EMAIL_OR_PHONE`)",
        ),
        choice(
            "AUTH_PASSWORDLESS_FLOW_TYPE",
            "`USER_INPUT_CODE_AND_MAGIC_LINK`",
            &["USER_INPUT_CODE_AND_MAGIC_LINK", "USER_INPUT_CODE", "MAGIC_LINK"],
            "What a message for a sign-in without a password holds: a code and a link, or one of them \
             (`USER_INPUT_CODE`, `MAGIC_LINK`)",
        ),
        choice(
            "AUTH_PASSWORDLESS_CODE_MINUTES",
            "`15`",
            &["15", "5", "10", "30", "60"],
            "How long such a code or link works: `5`, `10`, `15`, `30` or `60`",
        ),
    ],
}
