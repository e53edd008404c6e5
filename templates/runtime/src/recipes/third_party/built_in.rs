//! What is known of providers, as a table: the settings name a provider, and say only what is their own.
//!
//! A provider is known by how its id begins (`google-eu` is Google), and rows are tried in their order. What stands in
//! braces comes from `additionalConfig` of the client.

/// A provider whose particulars are known.
#[derive(Debug)]
pub(super) struct BuiltIn {
    /// How its ids begin.
    pub(super) prefix: &'static str,
    pub(super) name: &'static str,
    /// OpenID Connect Discovery: the base of the document's URL.
    pub(super) discovery: Option<&'static str>,
    pub(super) authorization: Option<&'static str>,
    pub(super) token: Option<&'static str>,
    pub(super) user_info: Option<&'static str>,
    pub(super) scope: &'static [&'static str],
    /// Further parameters of the authorisation URL.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    /// Further parameters of the request for the user.
    pub(super) user_info_parameters: &'static [(&'static str, &'static str)],
    /// What the request for the user accepts.
    pub(super) accept: &'static str,
    /// The parameter that carries the access token, where that is not the header `Authorization`.
    pub(super) token_parameter: Option<&'static str>,
    /// Where user id, address and its verification stand in what the provider says of the user.
    pub(super) map: [&'static str; 3],
    /// The list of addresses, where it is a document of its own.
    pub(super) emails: Option<Emails>,
    /// Values of `additionalConfig`, each with its default.
    pub(super) additional: &'static [(&'static str, Option<&'static str>)],
    /// Whether the provider understands PKCE, where no discovery document says so.
    pub(super) pkce: bool,
    /// Whether PKCE is used whatever the provider says.
    pub(super) force_pkce: bool,
    /// Whether the client authenticates by HTTP Basic at the token endpoint (RFC 6749 §2.3.1).
    pub(super) basic: bool,
    /// Whether a user without an address is refused.
    pub(super) require_email: bool,
    /// Issuers that ID tokens may name beside that of the discovery document.
    pub(super) other_issuers: &'static [&'static str],
    /// Whether the issuer of the document may be another than its URL says: it is that of a tenant.
    pub(super) issuer_of_tenant: bool,
    /// The parameter, and the claim, that say which organisation users belong to.
    pub(super) hosted_domain: bool,
    /// Whether the client secret is signed by the server itself.
    pub(super) signed_secret: bool,
}

/// A list of the addresses of a user.
#[derive(Debug)]
pub(super) struct Emails {
    pub(super) url: &'static str,
    /// Where the list stands in the document; empty where it is the document.
    pub(super) list: &'static str,
    pub(super) primary: &'static str,
    pub(super) verified: &'static str,
}

const OIDC_MAP: [&str; 3] = ["sub", "email", "email_verified"];
const OIDC_SCOPE: &[&str] = &["openid", "email"];

/// What rows begin with.
const PLAIN: BuiltIn = BuiltIn {
    prefix: "",
    name: "",
    discovery: None,
    authorization: None,
    token: None,
    user_info: None,
    scope: &[],
    parameters: &[],
    user_info_parameters: &[],
    accept: "application/json",
    token_parameter: None,
    map: OIDC_MAP,
    emails: None,
    additional: &[],
    pkce: true,
    force_pkce: false,
    basic: false,
    require_email: true,
    other_issuers: &[],
    issuer_of_tenant: false,
    hosted_domain: false,
    signed_secret: false,
};

const OIDC: BuiltIn = BuiltIn {
    scope: OIDC_SCOPE,
    ..PLAIN
};

const GOOGLE: BuiltIn = BuiltIn {
    name: "Google",
    discovery: Some("https://accounts.google.com"),
    parameters: &[
        ("included_grant_scopes", "true"),
        ("access_type", "offline"),
    ],
    other_issuers: &["accounts.google.com"],
    ..OIDC
};

/// A provider of which nothing is known but what the settings say.
pub(super) static CUSTOM: BuiltIn = PLAIN;

/// The table.
pub(super) static ALL: &[BuiltIn] = &[
    BuiltIn {
        prefix: "active-directory",
        name: "Active Directory",
        discovery: Some("https://login.microsoftonline.com/{directoryId}/v2.0"),
        additional: &[("directoryId", None)],
        issuer_of_tenant: true,
        ..OIDC
    },
    BuiltIn {
        prefix: "apple",
        name: "Apple",
        discovery: Some("https://appleid.apple.com"),
        parameters: &[("response_mode", "form_post")],
        signed_secret: true,
        ..OIDC
    },
    BuiltIn {
        prefix: "bitbucket",
        name: "Bitbucket",
        authorization: Some("https://bitbucket.org/site/oauth2/authorize"),
        token: Some("https://bitbucket.org/site/oauth2/access_token"),
        user_info: Some("https://api.bitbucket.org/2.0/user"),
        scope: &["account", "email"],
        parameters: &[("audience", "api.atlassian.com")],
        map: ["uuid", "", ""],
        emails: Some(Emails {
            url: "https://api.bitbucket.org/2.0/user/emails",
            list: "values",
            primary: "is_primary",
            verified: "is_confirmed",
        }),
        pkce: false,
        ..PLAIN
    },
    BuiltIn {
        prefix: "discord",
        name: "Discord",
        authorization: Some("https://discord.com/oauth2/authorize"),
        token: Some("https://discord.com/api/oauth2/token"),
        user_info: Some("https://discord.com/api/users/@me"),
        scope: &["identify", "email"],
        map: ["id", "email", "verified"],
        ..PLAIN
    },
    BuiltIn {
        prefix: "facebook",
        name: "Facebook",
        authorization: Some("https://www.facebook.com/v12.0/dialog/oauth"),
        token: Some("https://graph.facebook.com/v12.0/oauth/access_token"),
        user_info: Some("https://graph.facebook.com/me"),
        scope: &["email"],
        user_info_parameters: &[("fields", "id,email"), ("format", "json")],
        token_parameter: Some("access_token"),
        map: ["id", "email", ""],
        ..PLAIN
    },
    BuiltIn {
        prefix: "github",
        name: "GitHub",
        authorization: Some("https://github.com/login/oauth/authorize"),
        token: Some("https://github.com/login/oauth/access_token"),
        user_info: Some("https://api.github.com/user"),
        scope: &["read:user", "user:email"],
        accept: "application/vnd.github.v3+json",
        map: ["id", "", ""],
        emails: Some(Emails {
            url: "https://api.github.com/user/emails",
            list: "",
            primary: "primary",
            verified: "verified",
        }),
        ..PLAIN
    },
    BuiltIn {
        prefix: "gitlab",
        name: "GitLab",
        discovery: Some("{gitlabBaseUrl}"),
        additional: &[("gitlabBaseUrl", Some("https://gitlab.com"))],
        ..OIDC
    },
    BuiltIn {
        prefix: "google-workspaces",
        name: "Google Workspaces",
        hosted_domain: true,
        ..GOOGLE
    },
    BuiltIn {
        prefix: "google",
        ..GOOGLE
    },
    BuiltIn {
        prefix: "okta",
        name: "Okta",
        discovery: Some("{oktaDomain}"),
        additional: &[("oktaDomain", None)],
        ..OIDC
    },
    BuiltIn {
        prefix: "linkedin",
        name: "LinkedIn",
        authorization: Some("https://www.linkedin.com/oauth/v2/authorization"),
        token: Some("https://www.linkedin.com/oauth/v2/accessToken"),
        user_info: Some("https://api.linkedin.com/v2/userinfo"),
        scope: &["openid", "profile", "email"],
        pkce: false,
        ..PLAIN
    },
    BuiltIn {
        prefix: "twitter",
        name: "Twitter",
        authorization: Some("https://twitter.com/i/oauth2/authorize"),
        token: Some("https://api.twitter.com/2/oauth2/token"),
        user_info: Some("https://api.twitter.com/2/users/me"),
        scope: &["users.read", "tweet.read"],
        map: ["data.id", "", ""],
        force_pkce: true,
        basic: true,
        require_email: false,
        ..PLAIN
    },
    BuiltIn {
        prefix: "boxy-saml",
        name: "SAML",
        authorization: Some("{boxyURL}/api/oauth/authorize"),
        token: Some("{boxyURL}/api/oauth/token"),
        user_info: Some("{boxyURL}/api/oauth/userinfo"),
        map: ["id", "email", ""],
        additional: &[("boxyURL", None)],
        ..PLAIN
    },
];

/// The row of an id; [`CUSTOM`] where there is none.
pub(super) fn find(id: &str) -> &'static BuiltIn {
    let mut rows = ALL.iter();
    rows.find(|row| id.starts_with(row.prefix))
        .unwrap_or(&CUSTOM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_how_its_id_begins() {
        for (id, name) in [
            ("google", "Google"),
            ("google-eu", "Google"),
            ("google-workspaces", "Google Workspaces"),
            ("github", "GitHub"),
            ("example", ""),
            ("my-google", ""),
        ] {
            assert_eq!(find(id).name, name, "{id}");
        }
    }
}
