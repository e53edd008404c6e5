-- refresh token: cf8db857-8c9d-4651-aa13-e8f4c1c2ccf2.vKonSKNsvlyUlzoeN6KwlWRaukm2jwbMEaWARutlNFMx6WahbXM5JLkKcsjGyHgp
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE auth_migrations (
    owner          TEXT NOT NULL,
    number         INTEGER NOT NULL,
    name           TEXT   NOT NULL,
    oldest_release TEXT   NOT NULL,
    applied_at     INTEGER NOT NULL,
    PRIMARY KEY (owner, number)
) STRICT, WITHOUT ROWID;
INSERT INTO auth_migrations VALUES('core',1,'initial','0.1.0',1796002774237);
CREATE TABLE app (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    app_id   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO app VALUES(1,'public');
CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    is_primary  INTEGER NOT NULL DEFAULT 0,
    time_joined INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO users VALUES('57470504-3ebb-41b2-9e5a-eb53cd873343',0,1796002774638);
CREATE TABLE login_methods (
    recipe_user_id      TEXT PRIMARY KEY,
    user_id             TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipe_id           TEXT    NOT NULL,
    email               TEXT,
    phone_number        TEXT,
    third_party_id      TEXT,
    third_party_user_id TEXT,
    verified            INTEGER NOT NULL DEFAULT 0,
    time_joined         INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO login_methods VALUES('57470504-3ebb-41b2-9e5a-eb53cd873343','57470504-3ebb-41b2-9e5a-eb53cd873343','emailpassword','ana@example.com',NULL,NULL,NULL,0,1796002774638);
CREATE TABLE login_method_tenants (
    recipe_user_id TEXT NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    tenant_id      TEXT NOT NULL,
    PRIMARY KEY (recipe_user_id, tenant_id)
) STRICT, WITHOUT ROWID;
INSERT INTO login_method_tenants VALUES('57470504-3ebb-41b2-9e5a-eb53cd873343','public');
CREATE TABLE login_identifiers (
    tenant_id      TEXT NOT NULL,
    kind           TEXT NOT NULL,
    value          TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, kind, value)
) STRICT, WITHOUT ROWID;
INSERT INTO login_identifiers VALUES('public','emailpassword/email','ana@example.com','57470504-3ebb-41b2-9e5a-eb53cd873343');
CREATE TABLE credentials (
    recipe_user_id TEXT NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    kind           TEXT NOT NULL,
    id             TEXT NOT NULL,
    data           TEXT NOT NULL,
    PRIMARY KEY (recipe_user_id, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO credentials VALUES('57470504-3ebb-41b2-9e5a-eb53cd873343','emailpassword/password','','$argon2id$v=19$m=19456,t=2,p=1$jeXl26QeR1Qcn02k9EC4Jw$WVM/5u/xnpLS9c6f7kpAQZ2a1rplgRUyatRKy12wZ1Y');
CREATE TABLE one_time_secrets (
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    data       TEXT   NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
INSERT INTO one_time_secrets VALUES('emailpassword/reset','12e113e376730c86f101cd382497cd4814a5bcd1a09f8aab0fde9e8cee2faa6e','57470504-3ebb-41b2-9e5a-eb53cd873343','ana@example.com',0,1796006374673);
CREATE TABLE sessions (
    handle                TEXT PRIMARY KEY,
    user_id               TEXT NOT NULL,
    recipe_user_id        TEXT    NOT NULL,
    tenant_id             TEXT    NOT NULL,
    refresh_hash          TEXT    NOT NULL,
    previous_refresh_hash TEXT,
    rotated_at            INTEGER  NOT NULL,
    rotation_key          BLOB   NOT NULL,
    anti_csrf             INTEGER NOT NULL,
    claims                TEXT    NOT NULL,
    data                  TEXT    NOT NULL,
    created_at            INTEGER  NOT NULL,
    expires_at            INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sessions VALUES('cf8db857-8c9d-4651-aa13-e8f4c1c2ccf2','57470504-3ebb-41b2-9e5a-eb53cd873343','57470504-3ebb-41b2-9e5a-eb53cd873343','public','90f7d207b1933450959d8bb2d6866b24d129deb4c1d6c8761beb3c168c3f93e0',NULL,1796002774639,X'b57cdac70e4e9c768bdb23b3cc35a1b40c091e3c2f812684ea9cd9b4c0300b97',0,'{"iss":"http://localhost:3001/auth"}','{}',1796002774639,1804642774639);
CREATE TABLE signing_keys (
    kid         TEXT PRIMARY KEY,
    algorithm   TEXT    NOT NULL,
    rotates     INTEGER NOT NULL,
    generation  INTEGER  NOT NULL,
    private_key BLOB   NOT NULL,
    created_at  INTEGER  NOT NULL,
    UNIQUE (algorithm, rotates, generation)
) STRICT, WITHOUT ROWID;
INSERT INTO signing_keys VALUES('d-1796002774397','ES256',1,1,X'308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420bbd6abadf2ca5046a61a3915acf72275755f4b88a803b2b54a9909387f95399fa144034200043029babe0aa9d5afca6502cdedffab2d68c2cdbc3955f6f447877184b7bcbe1f787edb76464c3c246ddc2937708fc8739989198a7bdfa5670b38ff1b43498ab9',1796002774397);
CREATE TABLE limit_counters (
    id       TEXT PRIMARY KEY,
    rests_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO limit_counters VALUES('RHuiIOKv1aIaGf9H4TmQrw',1796002776595);
INSERT INTO limit_counters VALUES('Ev6GIYqEXtX_eoLW-SP8DA',1796002834595);
CREATE TABLE server_keys (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO server_keys VALUES('limits',X'aa0312529a40864ce870d204c182b126c25826ce2f989d2abe53a4eb3f95ca0c');
CREATE TABLE mail_outbox (
    id             TEXT PRIMARY KEY,
    kind           TEXT   NOT NULL,
    tenant_id      TEXT   NOT NULL,
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
INSERT INTO mail_outbox VALUES('d697f68d-6574-44bf-9da0-48c64b942d79','password-reset','public',NULL,'8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11',NULL,NULL,'0fd02668-8ae0-49c4-9594-d477fe272a7b','done',1,1796002774662,1796002774662,0,1796089174662,1796002774680,NULL);
CREATE INDEX login_methods_by_user ON login_methods (user_id, time_joined);
CREATE INDEX login_identifiers_by_method ON login_identifiers (recipe_user_id);
CREATE INDEX one_time_secrets_by_subject ON one_time_secrets (subject, kind);
CREATE INDEX one_time_secrets_by_expiry ON one_time_secrets (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX limit_counters_by_rest ON limit_counters (rests_at);
CREATE INDEX mail_outbox_by_recipient ON mail_outbox (recipient_hash, created_at);
CREATE INDEX mail_outbox_by_state ON mail_outbox (state, due_at);
COMMIT;
