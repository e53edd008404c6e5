// The settings of the recipe: an expression that `config/variables.rs` includes.
OfRecipe {
    recipe: "third_party",
    asked_by: AskedBy::Operation("authorisationUrl"),
    is_built: cfg!(feature = "third_party"),
    variables: &[
        secret(
            "AUTH_THIRD_PARTY_PROVIDERS",
            "none",
            "The providers through which users sign in, as a JSON list: \
             `[{\"thirdPartyId\":\"google\",\"clients\":[{\"clientId\":\"…\",\"clientSecret\":\"…\"}]}]`",
        ),
        plain(
            "AUTH_THIRD_PARTY_PROVIDERS_FILE",
            "none",
            "A file with that list, in place of the variable",
        ),
        choice(
            "AUTH_THIRD_PARTY_NETWORKS",
            "`public`",
            &["public", "loopback", "private"],
            "Where providers may be: at `public` addresses with https, also on this machine (`loopback`), or also in \
             `private` networks; the latter two allow http",
        ),
    ],
}
