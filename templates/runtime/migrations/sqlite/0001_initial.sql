-- What the server remembers. Times are milliseconds since 1970-01-01T00:00:00Z.
-- Migrations are only ever added: this file never changes once it has been released.

-- A person, whatever the ways in which this person signs in.
CREATE TABLE users (
    id          TEXT    PRIMARY KEY,
    is_primary  INTEGER NOT NULL DEFAULT 0,
    time_joined INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A way in which a user signs in. Which of the columns are set depends on the recipe.
CREATE TABLE login_methods (
    recipe_user_id      TEXT    PRIMARY KEY,
    user_id             TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipe_id           TEXT    NOT NULL,
    email               TEXT,
    phone_number        TEXT,
    third_party_id      TEXT,
    third_party_user_id TEXT,
    verified            INTEGER NOT NULL DEFAULT 0,
    time_joined         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_methods_by_user ON login_methods (user_id, time_joined);

-- The tenants in which a login method works.
CREATE TABLE login_method_tenants (
    recipe_user_id TEXT NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    tenant_id      TEXT NOT NULL,
    PRIMARY KEY (recipe_user_id, tenant_id)
) STRICT, WITHOUT ROWID;

-- Who signs in with which address: an address has one owner in each tenant.
CREATE TABLE email_password_users (
    tenant_id      TEXT NOT NULL,
    email          TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, email)
) STRICT, WITHOUT ROWID;

CREATE INDEX email_password_users_by_user ON email_password_users (recipe_user_id);

-- Hashes of passwords, as PHC strings.
CREATE TABLE passwords (
    recipe_user_id TEXT PRIMARY KEY REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    password_hash  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Reset tokens that were sent; only their SHA-256 is kept.
CREATE TABLE password_reset_tokens (
    token_hash     TEXT    PRIMARY KEY,
    recipe_user_id TEXT    NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    email          TEXT    NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX password_reset_tokens_by_user ON password_reset_tokens (recipe_user_id);
CREATE INDEX password_reset_tokens_by_expiry ON password_reset_tokens (expires_at);

-- Sessions. Of refresh tokens only the SHA-256 of the SHA-256 is kept.
CREATE TABLE sessions (
    handle                TEXT    PRIMARY KEY,
    user_id               TEXT    NOT NULL,
    recipe_user_id        TEXT    NOT NULL,
    tenant_id             TEXT    NOT NULL,
    refresh_hash          TEXT    NOT NULL,
    previous_refresh_hash TEXT,
    rotated_at            INTEGER NOT NULL,
    rotation_key          BLOB    NOT NULL,
    anti_csrf             INTEGER NOT NULL,
    claims                TEXT    NOT NULL,
    data                  TEXT    NOT NULL,
    created_at            INTEGER NOT NULL,
    expires_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Keys that sign access tokens. The generation keeps two servers from replacing the same key twice.
CREATE TABLE signing_keys (
    kid         TEXT    PRIMARY KEY,
    algorithm   TEXT    NOT NULL,
    rotates     INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    private_key BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (algorithm, rotates, generation)
) STRICT, WITHOUT ROWID;

-- How often something was tried (src/limits): the time at which a counter is at rest. The id is an HMAC of what is
-- counted, so that the table does not tell whose accounts were tried.
CREATE TABLE limit_counters (
    id       TEXT PRIMARY KEY,
    rests_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX limit_counters_by_rest ON limit_counters (rests_at);

-- Keys that the servers of this database share; encrypted where secrets are configured.
CREATE TABLE server_keys (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Mails that were accepted (store/mail_outbox.rs). No token stands in a row. When a mail is done its
-- recipient, subject and payload are deleted.
CREATE TABLE mail_outbox (
    id             TEXT PRIMARY KEY,
    kind           TEXT    NOT NULL,
    tenant_id      TEXT    NOT NULL,
    recipient      TEXT,
    recipient_hash TEXT NOT NULL,
    subject        TEXT,
    payload        BLOB,
    request_id     TEXT,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    attempts       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    due_at         INTEGER NOT NULL,
    leased_until   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    finished_at    INTEGER,
    failure        TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_outbox_by_recipient ON mail_outbox (recipient_hash, created_at);
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, due_at);
