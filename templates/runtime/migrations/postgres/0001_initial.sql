-- What the server remembers. Times are milliseconds since 1970-01-01T00:00:00Z.
-- Migrations are only ever added: this file never changes once it has been released.
-- Names are compared byte by byte (COLLATE "C"): an index must not depend on a locale of the system.

-- A person, whatever the ways in which this person signs in.
CREATE TABLE users (
    id          TEXT COLLATE "C" PRIMARY KEY,
    is_primary  BOOLEAN NOT NULL DEFAULT FALSE,
    time_joined BIGINT  NOT NULL
);

-- A way in which a user signs in. Which of the columns are set depends on the recipe.
CREATE TABLE login_methods (
    recipe_user_id      TEXT COLLATE "C" PRIMARY KEY,
    user_id             TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipe_id           TEXT    NOT NULL,
    email               TEXT,
    phone_number        TEXT,
    third_party_id      TEXT,
    third_party_user_id TEXT,
    verified            BOOLEAN NOT NULL DEFAULT FALSE,
    time_joined         BIGINT  NOT NULL
);

CREATE INDEX login_methods_by_user ON login_methods (user_id, time_joined);

-- The tenants in which a login method works.
CREATE TABLE login_method_tenants (
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    tenant_id      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (recipe_user_id, tenant_id)
);

-- Who signs in with which address: an address has one owner in each tenant.
CREATE TABLE email_password_users (
    tenant_id      TEXT COLLATE "C" NOT NULL,
    email          TEXT COLLATE "C" NOT NULL,
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, email)
);

CREATE INDEX email_password_users_by_user ON email_password_users (recipe_user_id);

-- Hashes of passwords, as PHC strings.
CREATE TABLE passwords (
    recipe_user_id TEXT COLLATE "C" PRIMARY KEY
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    password_hash  TEXT NOT NULL
);

-- Reset tokens that were sent; only their SHA-256 is kept.
CREATE TABLE password_reset_tokens (
    token_hash     TEXT COLLATE "C" PRIMARY KEY,
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    email          TEXT   NOT NULL,
    expires_at     BIGINT NOT NULL
);

CREATE INDEX password_reset_tokens_by_user ON password_reset_tokens (recipe_user_id);
CREATE INDEX password_reset_tokens_by_expiry ON password_reset_tokens (expires_at);

-- Sessions. Of refresh tokens only the SHA-256 of the SHA-256 is kept. Claims and data are JSON as
-- text: JSONB would reorder keys and refuse the character NUL.
CREATE TABLE sessions (
    handle                TEXT COLLATE "C" PRIMARY KEY,
    user_id               TEXT COLLATE "C" NOT NULL,
    recipe_user_id        TEXT    NOT NULL,
    tenant_id             TEXT    NOT NULL,
    refresh_hash          TEXT    NOT NULL,
    previous_refresh_hash TEXT,
    rotated_at            BIGINT  NOT NULL,
    rotation_key          BYTEA   NOT NULL,
    anti_csrf             BOOLEAN NOT NULL,
    claims                TEXT    NOT NULL,
    data                  TEXT    NOT NULL,
    created_at            BIGINT  NOT NULL,
    expires_at            BIGINT  NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Keys that sign access tokens. The generation keeps two servers from replacing the same key twice.
CREATE TABLE signing_keys (
    kid         TEXT COLLATE "C" PRIMARY KEY,
    algorithm   TEXT    NOT NULL,
    rotates     BOOLEAN NOT NULL,
    generation  BIGINT  NOT NULL,
    private_key BYTEA   NOT NULL,
    created_at  BIGINT  NOT NULL,
    UNIQUE (algorithm, rotates, generation)
);

-- How often something was tried (src/limits): the time at which a counter is at rest. The id is an HMAC of what is
-- counted, so that the table does not tell whose accounts were tried.
CREATE TABLE limit_counters (
    id       TEXT COLLATE "C" PRIMARY KEY,
    rests_at BIGINT NOT NULL
);

CREATE INDEX limit_counters_by_rest ON limit_counters (rests_at);

-- Keys that the servers of this database share; encrypted where secrets are configured.
CREATE TABLE server_keys (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Mails that were accepted (store/mail_outbox.rs). No token stands in a row. When a mail is done its
-- recipient, subject and payload are deleted.
CREATE TABLE mail_outbox (
    id             TEXT COLLATE "C" PRIMARY KEY,
    kind           TEXT   NOT NULL,
    tenant_id      TEXT   NOT NULL,
    recipient      TEXT,
    recipient_hash TEXT COLLATE "C" NOT NULL,
    subject        TEXT,
    payload        BYTEA,
    request_id     TEXT,
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    attempts       BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    due_at         BIGINT NOT NULL,
    leased_until   BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    failure        TEXT
);

CREATE INDEX mail_outbox_by_recipient ON mail_outbox (recipient_hash, created_at);
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, due_at);
