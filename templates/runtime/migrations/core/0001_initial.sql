-- The tables that all recipes share. Times are milliseconds since 1970-01-01T00:00:00Z.
-- A released migration never changes: a change of the tables is a new file.
-- Written in the types of PostgreSQL; SQLite gets its own (src/store/migrations.rs).
-- Names are compared byte by byte (COLLATE "C"): an index must not depend on a locale of the system.

-- Whose database this is: the id of the app that opened it first. Another app is refused, so that the
-- users, sessions and keys of two apps never mix.
CREATE TABLE app (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    app_id   TEXT COLLATE "C" NOT NULL
);

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

-- What a user is found by when they sign in: an address, a number, an account at a third party, a passkey.
-- In each tenant a value has one owner. The kind begins with the recipe: emailpassword/email.
CREATE TABLE login_identifiers (
    tenant_id      TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    value          TEXT COLLATE "C" NOT NULL,
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, kind, value)
);

CREATE INDEX login_identifiers_by_method ON login_identifiers (recipe_user_id);

-- What proves who signs in: the hash of a password (a PHC string), the public key of a passkey, the secret of
-- a TOTP device. The id tells several of one kind apart; it is empty where there can be only one.
CREATE TABLE credentials (
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    kind           TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    data           TEXT NOT NULL,
    PRIMARY KEY (recipe_user_id, kind, id)
);

-- Secrets that work once and for a while: links and codes that were sent. Only a hash of the secret is kept.
-- The subject is the user, login method or device that it is about; there may be none of that name (any
-- more), so it is no foreign key: deleting a user deletes their secrets (src/store/users.rs).
CREATE TABLE one_time_secrets (
    kind       TEXT COLLATE "C" NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    data       TEXT   NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, hash)
);

CREATE INDEX one_time_secrets_by_subject ON one_time_secrets (subject, kind);
CREATE INDEX one_time_secrets_by_expiry ON one_time_secrets (expires_at);

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
