//! The variables of the environment that are settings, in one table.
//!
//! The server refuses misspelt names by it; the README of the generated crate and its `.env.example` are
//! written from it by auth-gen, which compiles this very file. So it depends on nothing. Which variables
//! appInfo reads is decided by the appInfo file; see `api/app_info.rs`.

#[path = "variable.rs"]
mod variable;

pub use self::variable::{Kind, Variable, key};
use self::variable::{choice, list, number, plain, secret};

/// What in a description turns a recipe on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// With its operations; this is the operationId of one of them.
    Operation(&'static str),
    /// With one of these answers of operations of other recipes, by their `status`.
    Answer(&'static [&'static str]),
    /// By its name alone: `x-auth-gen: { recipes: […] }`.
    Name,
}

/// The variables of one recipe. They are known in every build, so that one that is set for a recipe that is not
/// there is refused, and not taken for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfRecipe {
    /// The folder and the Cargo feature of the recipe.
    pub recipe: &'static str,
    /// What in a description turns it on.
    pub asked_by: AskedBy,
    /// Whether this program is built with the recipe.
    pub is_built: bool,
    /// Its variables.
    pub variables: &'static [Variable],
}

/// The variables of recipes: the table of each stands in its folder. Recipes read them from
/// `Config::recipes`.
pub const OF_RECIPES: &[OfRecipe] = &[
    include!("../recipes/account_linking/variables.rs"),
    include!("../recipes/email_password/variables.rs"),
    include!("../recipes/email_verification/variables.rs"),
    include!("../recipes/multitenancy/variables.rs"),
    include!("../recipes/passwordless/variables.rs"),
    include!("../recipes/third_party/variables.rs"),
    include!("../recipes/totp/variables.rs"),
    include!("../recipes/user_roles/variables.rs"),
];

/// All of them, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Variable> + Clone {
    of(|_| true)
}

/// Those of the core, and those of the recipes that are chosen, in the same order.
pub fn of(
    is_chosen: impl Fn(&OfRecipe) -> bool + Clone,
) -> impl Iterator<Item = &'static Variable> + Clone {
    let recipes = OF_RECIPES.iter().filter(move |recipe| is_chosen(recipe));
    let of_recipes = recipes.flat_map(|recipe| recipe.variables);
    VARIABLES.iter().chain(of_recipes)
}

/// Those of the core.
pub const VARIABLES: &[Variable] = &[
    plain(
        "AUTH_SETTINGS_FILE",
        "`auth.toml`, where there is such a file",
        "The settings file. A variable takes precedence over the file",
    ),
    plain(
        "AUTH_LISTEN_ADDR",
        "`127.0.0.1:3001`, or the port of a loopback `apiDomain`",
        "Where to listen",
    ),
    plain(
        "AUTH_ADMIN_LISTEN_ADDR",
        "none",
        "Where to serve `/metrics` to Prometheus, with `/livez` and `/readyz`; an address that strangers \
         cannot reach, such as `127.0.0.1:9464`",
    ),
    list(
        "AUTH_TRUSTED_PROXIES",
        "none",
        "The proxies in front of the server, as addresses and ranges with commas between them: \
         `127.0.0.1, 10.0.0.0/8`. Their `X-Forwarded-For` or `Forwarded` names the client. The word `none` \
         says that there is no proxy",
    ),
    number(
        "AUTH_MAX_CONNECTIONS",
        "`4096`",
        "How many connections there may be at once",
    ),
    number(
        "AUTH_MAX_CONNECTIONS_PER_PEER",
        "an eighth of them",
        "How many of these connections one IPv4 address or IPv6 /64 may have, unless it is a trusted proxy",
    ),
    plain(
        "AUTH_LIMITS",
        "`on`",
        "Whether there are limits on what can be tried from outside: `on` or `off`. The variables \
         below set single ones, as `5+2/m` (5 at once, then 2 a minute) in s, m, h or d, with \
         commas between several, or as `off`",
    ),
    plain(
        "AUTH_LIMIT_SIGN_IN",
        "`5+2/m, 100+1/h`",
        "Wrong passwords for one account; a right one clears the count",
    ),
    plain(
        "AUTH_LIMIT_SIGN_IN_DEVICE",
        "`10+2/m, 100+1/h`",
        "Wrong passwords for one account on a device on which its owner has signed in before",
    ),
    plain(
        "AUTH_LIMIT_SIGN_IN_NETWORK",
        "`60+30/m`",
        "Wrong passwords from one IPv4 address or IPv6 /64",
    ),
    plain(
        "AUTH_LIMIT_SIGN_UP",
        "`10+1/m`",
        "Sign-ups with one mail address",
    ),
    plain(
        "AUTH_LIMIT_SIGN_UP_NETWORK",
        "`60+30/m`",
        "Sign-ups from one IPv4 address or IPv6 /64",
    ),
    plain(
        "AUTH_LIMIT_EMAIL_EXISTS",
        "`30+10/m`",
        "Questions whether one mail address is known",
    ),
    plain(
        "AUTH_LIMIT_EMAIL_EXISTS_NETWORK",
        "`120+1/s`",
        "Such questions from one IPv4 address or IPv6 /64",
    ),
    plain(
        "AUTH_LIMIT_MAIL_TOKEN",
        "`5+2/m`",
        "Attempts to use one token that was sent by mail",
    ),
    plain(
        "AUTH_LIMIT_MAIL_TOKEN_NETWORK",
        "`60+30/m`",
        "Such attempts from one IPv4 address or IPv6 /64",
    ),
    plain(
        "AUTH_LIMIT_CODE_REQUEST",
        "`4+1/m, 12+6/h`",
        "Messages with a code or link to sign in, for one address",
    ),
    plain(
        "AUTH_LIMIT_CODE_REQUEST_NETWORK",
        "`60+30/m`",
        "Such messages that one IPv4 address or IPv6 /64 asks for",
    ),
    plain(
        "AUTH_LIMIT_CODE",
        "`20+1/m, 100+1/h`",
        "Wrong codes for one address, or of the authenticator apps of one user; a right one clears the count",
    ),
    plain(
        "AUTH_LIMIT_CODE_DEVICE",
        "`10+1/m, 100+1/h`",
        "Wrong codes for one address or user on a device on which its owner has signed in before",
    ),
    plain(
        "AUTH_LIMIT_CODE_NETWORK",
        "`60+30/m`",
        "Wrong codes from one IPv4 address or IPv6 /64",
    ),
    plain(
        "AUTH_LIMIT_SMS_COUNTRY",
        "`240+10/h`",
        "Text messages to the numbers of one country, over all users",
    ),
    plain(
        "AUTH_LIMIT_PROVIDER_START_NETWORK",
        "`120+1/s`",
        "Sign-ins through a provider that one IPv4 address or IPv6 /64 begins",
    ),
    plain(
        "AUTH_LIMIT_PROVIDER_SIGN_IN_NETWORK",
        "`60+30/m`",
        "Such sign-ins of one IPv4 address or IPv6 /64 that fail",
    ),
    secret(
        "DATABASE_URL",
        "`sqlite://auth.db`",
        "The database: a SQLite file, made if it does not exist, or \
         `postgres://user:password@host/auth?sslmode=verify-full`",
    ),
    number(
        "AUTH_DATABASE_CONNECTIONS",
        "`10`",
        "How many connections to PostgreSQL at most",
    ),
    plain(
        "AUTH_APP_ID",
        "`public`",
        "Which app this is: the database belongs to one, and cookies of another app on the same host \
         have other names",
    ),
    secret(
        "AUTH_SMTP_URL",
        "none",
        "Sends mail: `smtps://user:password@mail.example.com:465`",
    ),
    plain(
        "AUTH_MAIL_FROM",
        "`no-reply@localhost`; needed with `AUTH_SMTP_URL`",
        "Sender: `Name <a@example.com>`",
    ),
    plain(
        "AUTH_MAIL_OUTBOX",
        "none",
        "Folder that takes mails as `.eml` files and text messages as `.txt` files; for development",
    ),
    plain(
        "AUTH_MESSAGE_TEMPLATES",
        "none",
        "Folder with texts of messages that replace those of the program; the command `messages export` writes them",
    ),
    plain(
        "AUTH_MESSAGE_LANGUAGE",
        "`en`",
        "Language of messages where the client prefers none with texts; built in are `en`, `de`, `fr`, `es` and `ja`",
    ),
    plain(
        "AUTH_SMS_PROVIDER",
        "none",
        "The service that sends text messages: `webhook` (one of your own), `twilio` or `sns` (AWS)",
    ),
    plain(
        "AUTH_SMS_URL",
        "none, or the API of the service",
        "The address of the webhook, or another address of the API; https, except on this machine",
    ),
    plain(
        "AUTH_SMS_ACCOUNT",
        "none",
        "Twilio: the SID of the account (`AC…`). AWS: the id of an access key (`AKIA…`)",
    ),
    secret(
        "AUTH_SMS_SECRET",
        "none",
        "Webhook: `whsec_` and the base64 of 24 to 64 random bytes, which sign requests. Twilio: the auth token. \
         AWS: the secret access key",
    ),
    plain(
        "AUTH_SMS_FROM",
        "none; needed with `twilio`",
        "The sender: a number, a name, or the SID of a messaging service of Twilio (`MG…`)",
    ),
    plain(
        "AUTH_SMS_REGION",
        "none; needed with `sns`",
        "The region of AWS, such as `eu-central-1`",
    ),
    number(
        "AUTH_PASSWORD_THREADS",
        "all cores but one",
        "How many passwords are hashed at once",
    ),
    number(
        "AUTH_BODY_LIMIT",
        "`102400`",
        "How many bytes a request body may have",
    ),
    plain(
        "AUTH_COOKIE_DOMAIN",
        "none",
        "`Domain` of the session's cookies",
    ),
    plain(
        "AUTH_OLDER_COOKIE_DOMAIN",
        "none",
        "What `AUTH_COOKIE_DOMAIN` was before it was changed; `host-only` if it was not set",
    ),
    plain(
        "AUTH_COOKIE_SAME_SITE",
        "`lax` or `none`, by appInfo",
        "`strict`, `lax` or `none`",
    ),
    Variable {
        kind: Kind::Boolean,
        ..plain(
            "AUTH_COOKIE_SECURE",
            "`true` with https",
            "`true` or `false`",
        )
    },
    plain(
        "AUTH_ANTI_CSRF",
        "by `SameSite`",
        "`NONE`, `VIA_CUSTOM_HEADER` or `VIA_TOKEN`",
    ),
    list(
        "AUTH_WEBSITES",
        "none",
        "Origins of further websites of the application, with commas between them: `https://shop.example.com`. Their \
         pages count as those of `websiteDomain`, and mails link to the website of the request",
    ),
    list(
        "AUTH_ALLOWED_ORIGINS",
        "none",
        "Origins whose pages count as the website though no mail links to them, with commas between them: native \
         shells such as `capacitor://localhost`",
    ),
    list(
        "AUTH_ALLOWED_HEADERS",
        "none",
        "Headers that pages of other origins may send to the auth APIs beside those of the protocol, with commas \
         between them: `traceparent`, or the one of a captcha",
    ),
    plain(
        "AUTH_TOKEN_AUDIENCE",
        "none",
        "The `aud` of access tokens, which the server then demands of them",
    ),
    number(
        "AUTH_ACCESS_TOKEN_SECONDS",
        "`3600`",
        "How long an access token is valid",
    ),
    number(
        "AUTH_REFRESH_TOKEN_MINUTES",
        "`144000`",
        "How long a session lasts without being used",
    ),
    plain(
        "AUTH_SIGNING_ALGORITHM",
        "`RS256`",
        "`RS256`, `ES256` or `EdDSA`",
    ),
    secret(
        "AUTH_ENCRYPTION_SECRET",
        "none",
        "Encrypts the signing keys in the database: 32 random characters at least. Of several, with \
         commas between them, the first encrypts and all decrypt",
    ),
    number(
        "AUTH_CLEANUP_MINUTES",
        "`60`",
        "How often expired sessions are deleted",
    ),
    number(
        "AUTH_SHUTDOWN_DELAY_SECONDS",
        "`5`, or `0` on a loopback address",
        "How long to keep serving after a signal to stop, with `/readyz` at 503, until load balancers have \
         noticed",
    ),
    plain(
        "AUTH_LOG_FORMAT",
        "`text`",
        "`text`, or `json` for one object a line",
    ),
    plain(
        "RUST_LOG",
        "`info`",
        "What is logged; `info,auth_runtime::requests=warn` leaves the line of each request out",
    ),
    plain(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "none",
        "Sends traces to an OpenTelemetry collector (OTLP over HTTP): `http://localhost:4318`; the other \
         `OTEL_` variables of the standard count too",
    ),
];
