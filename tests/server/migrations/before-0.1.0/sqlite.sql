PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migrations (
                 version    INTEGER PRIMARY KEY,
                 name       TEXT    NOT NULL,
                 applied_at TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP
             ) STRICT;
INSERT INTO migrations VALUES(1,'initial','2026-11-30 01:15:00');
INSERT INTO migrations VALUES(2,'app','2026-11-30 01:15:00');
CREATE TABLE users (
    id          TEXT    PRIMARY KEY,
    is_primary  INTEGER NOT NULL DEFAULT 0,
    time_joined INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO users VALUES('a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e',0,1796001300570);
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
INSERT INTO login_methods VALUES('a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','emailpassword','ana@example.com',NULL,NULL,NULL,0,1796001300570);
CREATE TABLE login_method_tenants (
    recipe_user_id TEXT NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    tenant_id      TEXT NOT NULL,
    PRIMARY KEY (recipe_user_id, tenant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO login_method_tenants VALUES('a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','public');
CREATE TABLE email_password_users (
    tenant_id      TEXT NOT NULL,
    email          TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, email)
) STRICT, WITHOUT ROWID;
INSERT INTO email_password_users VALUES('public','ana@example.com','a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e');
CREATE TABLE passwords (
    recipe_user_id TEXT PRIMARY KEY REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    password_hash  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO passwords VALUES('a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','$argon2id$v=19$m=19456,t=2,p=1$bzZOZ6vBRv/Ang494F/nrQ$/MN6sjWj6KwwWTM6xwQwhf5EExTDfDgoMb6kVY/xGXg');
CREATE TABLE password_reset_tokens (
    token_hash     TEXT    PRIMARY KEY,
    recipe_user_id TEXT    NOT NULL REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    email          TEXT    NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO password_reset_tokens VALUES('7b76fc21e3ba1c31da221630e6a3554d26be398e30dcf59631bbc5e1e98a2915','a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','ana@example.com',1796004900591);
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
INSERT INTO sessions VALUES('f6c853b0-feaa-4bff-be4f-96732310bc38','a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','a87c9ca8-66c8-4913-9a05-0c84cdcd4f1e','public','14f00e915f9410c6f2d3ce35063e010bf9a9a14117dfa316c0f093adc6825dcb',NULL,1796001300572,X'3cdc689dc05dd14d14189215cf60a0c0d45000d1349aacca73b1dadc07e5d612',0,'{"iss":"http://localhost:3001/auth"}','{}',1796001300572,1804641300572);
CREATE TABLE signing_keys (
    kid         TEXT    PRIMARY KEY,
    algorithm   TEXT    NOT NULL,
    rotates     INTEGER NOT NULL,
    generation  INTEGER NOT NULL,
    private_key BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (algorithm, rotates, generation)
) STRICT, WITHOUT ROWID;
INSERT INTO signing_keys VALUES('d-1796001300379','ES256',1,1,X'308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104207dcd4570c9cef9aa567941fe5a3b9546f3572113e53b6fe471b8592d31649955a1440342000457172c213d34f0de903283e253bf491fb950206521b7ec3ceea132de2f083d345f3e496120f210cdad33d9f7f3457b9f7913b0f21cdc2ea8a041c17828b8af5b',1796001300379);
CREATE TABLE limit_counters (
    id       TEXT PRIMARY KEY,
    rests_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO limit_counters VALUES('Jz3ouSBEn7Fy7qbJxhdApg',1796001302544);
INSERT INTO limit_counters VALUES('n3kw1RCJX_dgDMHPQNUPyg',1796001360544);
CREATE TABLE server_keys (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO server_keys VALUES('limits',X'7963b8af0f8bd04cb65ea8616027bf4d6873c57b243b2ae38fb0a446334a9830');
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
INSERT INTO mail_outbox VALUES('014096a9-fef3-4540-b7c9-d75c06e19cbf','password-reset','public',NULL,'8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11',NULL,NULL,'6fc5f415-459a-4383-a566-be8f1ec2f305','done',1,1796001300582,1796001300582,0,1796087700582,1796001300593,NULL);
CREATE TABLE app (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    app_id   TEXT    NOT NULL
) STRICT;
INSERT INTO app VALUES(1,'public');
CREATE INDEX login_methods_by_user ON login_methods (user_id, time_joined);
CREATE INDEX email_password_users_by_user ON email_password_users (recipe_user_id);
CREATE INDEX password_reset_tokens_by_user ON password_reset_tokens (recipe_user_id);
CREATE INDEX password_reset_tokens_by_expiry ON password_reset_tokens (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX limit_counters_by_rest ON limit_counters (rests_at);
CREATE INDEX mail_outbox_by_recipient ON mail_outbox (recipient_hash, created_at);
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, due_at);
COMMIT;
