-- refresh token: 1b0993ac-c85e-42dc-b99c-12f1b6283ff3.HWTQ0BmJZz2IqQ8enpcOSL9ijLenGK3YDWMh6CDKopAw2jbc2TCyvggXfbws2HH0
CREATE TABLE app (
    only_row bigint NOT NULL,
    app_id text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT app_only_row_check CHECK ((only_row = 1))
);

CREATE TABLE auth_migrations (
    owner text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    name text NOT NULL,
    oldest_release text NOT NULL,
    applied_at bigint NOT NULL
);

CREATE TABLE credentials (
    recipe_user_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    data text NOT NULL
);

CREATE TABLE limit_counters (
    id text NOT NULL COLLATE pg_catalog."C",
    rests_at bigint NOT NULL
);

CREATE TABLE login_identifiers (
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    recipe_user_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE login_method_tenants (
    recipe_user_id text NOT NULL COLLATE pg_catalog."C",
    tenant_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE login_methods (
    recipe_user_id text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    recipe_id text NOT NULL,
    email text,
    phone_number text,
    third_party_id text,
    third_party_user_id text,
    verified boolean DEFAULT false NOT NULL,
    time_joined bigint NOT NULL
);

CREATE TABLE mail_outbox (
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    tenant_id text NOT NULL,
    recipient text,
    recipient_hash text NOT NULL COLLATE pg_catalog."C",
    subject text,
    payload bytea,
    request_id text,
    state text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    leased_until bigint NOT NULL,
    expires_at bigint NOT NULL,
    finished_at bigint,
    failure text,
    CONSTRAINT mail_outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])))
);

CREATE TABLE one_time_secrets (
    kind text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    data text NOT NULL,
    attempts bigint DEFAULT 0 NOT NULL,
    expires_at bigint NOT NULL
);

CREATE TABLE server_keys (
    name text NOT NULL COLLATE pg_catalog."C",
    value bytea NOT NULL
);

CREATE TABLE sessions (
    handle text NOT NULL COLLATE pg_catalog."C",
    user_id text NOT NULL COLLATE pg_catalog."C",
    recipe_user_id text NOT NULL,
    tenant_id text NOT NULL,
    refresh_hash text NOT NULL,
    previous_refresh_hash text,
    rotated_at bigint NOT NULL,
    rotation_key bytea NOT NULL,
    anti_csrf boolean NOT NULL,
    claims text NOT NULL,
    data text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);

CREATE TABLE signing_keys (
    kid text NOT NULL COLLATE pg_catalog."C",
    algorithm text NOT NULL,
    rotates boolean NOT NULL,
    generation bigint NOT NULL,
    private_key bytea NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE users (
    id text NOT NULL COLLATE pg_catalog."C",
    is_primary boolean DEFAULT false NOT NULL,
    time_joined bigint NOT NULL
);

INSERT INTO app VALUES (1, 'public');

INSERT INTO auth_migrations VALUES ('core', 1, 'initial', '0.1.0', 1796002776376);

INSERT INTO credentials VALUES ('7151ca3b-4385-4157-a5f7-88551a350d8b', 'emailpassword/password', '', '$argon2id$v=19$m=19456,t=2,p=1$viMu9tZe9r42AQMYuft/NA$T4n5sEwIc7JeRYaq0oBYO79SOkGrH9Fb0k0TKdVzzvw');

INSERT INTO limit_counters VALUES ('6OH3_yu7YfRN-A5c2AQSFw', 1796002778600);
INSERT INTO limit_counters VALUES ('uo3WbFZqzKwdTb5f7fK-LA', 1796002836600);

INSERT INTO login_identifiers VALUES ('public', 'emailpassword/email', 'ana@example.com', '7151ca3b-4385-4157-a5f7-88551a350d8b');

INSERT INTO login_method_tenants VALUES ('7151ca3b-4385-4157-a5f7-88551a350d8b', 'public');

INSERT INTO login_methods VALUES ('7151ca3b-4385-4157-a5f7-88551a350d8b', '7151ca3b-4385-4157-a5f7-88551a350d8b', 'emailpassword', 'ana@example.com', NULL, NULL, NULL, false, 1796002776643);

INSERT INTO mail_outbox VALUES ('09e4411c-fa47-475e-8351-3b98c50ff32e', 'password-reset', 'public', NULL, '8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11', NULL, NULL, 'de61b894-652f-4bc5-9daa-ff70ab54c171', 'done', 1, 1796002776684, 1796002776684, 0, 1796089176684, 1796002776701, NULL);

INSERT INTO one_time_secrets VALUES ('emailpassword/reset', 'eaea4ffddfdbe714ab36b94fd8e8f79b95118e10119db4ade8701a3d07be7087', '7151ca3b-4385-4157-a5f7-88551a350d8b', 'ana@example.com', 0, 1796006376699);

INSERT INTO server_keys VALUES ('limits', '\x3be36580673511631716f86e00afee865a5b3a9352e7021d607d58a0f40fa84f');

INSERT INTO sessions VALUES ('1b0993ac-c85e-42dc-b99c-12f1b6283ff3', '7151ca3b-4385-4157-a5f7-88551a350d8b', '7151ca3b-4385-4157-a5f7-88551a350d8b', 'public', '5d96d200128828fa0fe9d9de259d58d1bb5d20604c4fcd9961fbf87ef64c2dd5', NULL, 1796002776651, '\x2f5a825a60d452713f24aa7639d3de1d1c5ce6bcfedc4d90f1d1a750a8d0c22a', false, '{"iss":"http://localhost:3001/auth"}', '{}', 1796002776651, 1804642776651);

INSERT INTO signing_keys VALUES ('d-1796002776438', 'ES256', true, 1, '\x308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104205503a670e9de9683cb82bea487a08708bb66365211f52e76fa9361925288f4a3a1440342000401a627d7387dc03c94d6b9d7d76093a5c755eecdc2d53c7a21acab0d4355db17492f3f6462052a30038235e888920acd966d72ee9246e9d8c2676b3a31e36a3a', 1796002776438);

INSERT INTO users VALUES ('7151ca3b-4385-4157-a5f7-88551a350d8b', false, 1796002776643);

ALTER TABLE ONLY app
    ADD CONSTRAINT app_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY auth_migrations
    ADD CONSTRAINT auth_migrations_pkey PRIMARY KEY (owner, number);

ALTER TABLE ONLY credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (recipe_user_id, kind, id);

ALTER TABLE ONLY limit_counters
    ADD CONSTRAINT limit_counters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY login_identifiers
    ADD CONSTRAINT login_identifiers_pkey PRIMARY KEY (tenant_id, kind, value);

ALTER TABLE ONLY login_method_tenants
    ADD CONSTRAINT login_method_tenants_pkey PRIMARY KEY (recipe_user_id, tenant_id);

ALTER TABLE ONLY login_methods
    ADD CONSTRAINT login_methods_pkey PRIMARY KEY (recipe_user_id);

ALTER TABLE ONLY mail_outbox
    ADD CONSTRAINT mail_outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY one_time_secrets
    ADD CONSTRAINT one_time_secrets_pkey PRIMARY KEY (kind, hash);

ALTER TABLE ONLY server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (name);

ALTER TABLE ONLY sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (handle);

ALTER TABLE ONLY signing_keys
    ADD CONSTRAINT signing_keys_algorithm_rotates_generation_key UNIQUE (algorithm, rotates, generation);

ALTER TABLE ONLY signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX limit_counters_by_rest ON limit_counters USING btree (rests_at);

CREATE INDEX login_identifiers_by_method ON login_identifiers USING btree (recipe_user_id);

CREATE INDEX login_methods_by_user ON login_methods USING btree (user_id, time_joined);

CREATE INDEX mail_outbox_by_recipient ON mail_outbox USING btree (recipient_hash, created_at);

CREATE INDEX mail_outbox_by_state ON mail_outbox USING btree (state, due_at);

CREATE INDEX one_time_secrets_by_expiry ON one_time_secrets USING btree (expires_at);

CREATE INDEX one_time_secrets_by_subject ON one_time_secrets USING btree (subject, kind);

CREATE INDEX sessions_by_expiry ON sessions USING btree (expires_at);

CREATE INDEX sessions_by_user ON sessions USING btree (user_id, created_at);

ALTER TABLE ONLY credentials
    ADD CONSTRAINT credentials_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY login_identifiers
    ADD CONSTRAINT login_identifiers_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY login_method_tenants
    ADD CONSTRAINT login_method_tenants_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY login_methods
    ADD CONSTRAINT login_methods_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

