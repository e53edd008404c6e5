// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "email_password",
    asked_by: AskedBy::Operation("signUp"),
    is_built: cfg!(feature = "email_password"),
    variables: &[
        number(
            "AUTH_PASSWORD_MIN_LENGTH",
            "`8`",
            "How many characters a new password must have: `8` to `64`. Where passwords are the only factor, NIST SP \
             800-63B-4 demands 15",
        ),
        choice(
            "AUTH_PASSWORD_COMPOSITION",
            "`letter-and-digit`",
            &["letter-and-digit", "none"],
            "What a new password must hold: `letter-and-digit`, as the widget of SuperTokens expects, or `none`, as NIST SP \
             800-63B-4 advises",
        ),
        choice(
            "AUTH_PASSWORD_BLOCK_LIST",
            "`off`",
            &["off", "common"],
            "Whether the 10,000 most common passwords are refused: `off` or `common`",
        ),
        plain(
            "AUTH_PASSWORD_BLOCK_FILE",
            "none",
            "A file of passwords that are known from data breaches, by their SHA-1 hashes in ascending order: \"Pwned \
             Passwords\" as its downloader writes it into one file. They are refused, too",
        ),
        plain(
            "AUTH_FORM_FIELDS",
            "none",
            "Fields of the sign-up form beside address and password, as a JSON list: \
             `[{\"id\":\"name\"},{\"id\":\"age\",\"optional\":true,\"pattern\":\"^[0-9]{1,3}$\",\"error\":\"Write a number\"}]`",
        ),
    ],
}
