CREATE TABLE app (
    only_row integer NOT NULL,
    app_id text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT app_only_row_check CHECK ((only_row = 1))
);

CREATE TABLE auth_migrations (
    version bigint NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE email_password_users (
    tenant_id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL COLLATE pg_catalog."C",
    recipe_user_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE limit_counters (
    id text NOT NULL COLLATE pg_catalog."C",
    rests_at bigint NOT NULL
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

CREATE TABLE password_reset_tokens (
    token_hash text NOT NULL COLLATE pg_catalog."C",
    recipe_user_id text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    expires_at bigint NOT NULL
);

CREATE TABLE passwords (
    recipe_user_id text NOT NULL COLLATE pg_catalog."C",
    password_hash text NOT NULL
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

INSERT INTO auth_migrations VALUES (1, 'initial', '2026-11-30 01:15:02.331648+00');
INSERT INTO auth_migrations VALUES (2, 'app', '2026-11-30 01:15:02.331648+00');

INSERT INTO email_password_users VALUES ('public', 'ana@example.com', '8bd3dfca-4c50-478d-94a1-f3e2f6a27c81');

INSERT INTO limit_counters VALUES ('PpE7U9xv6epom5BuPFaGqA', 1796001304559);
INSERT INTO limit_counters VALUES ('XKithIHVasFwJhhH1YJbCA', 1796001362559);

INSERT INTO login_method_tenants VALUES ('8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', 'public');

INSERT INTO login_methods VALUES ('8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', '8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', 'emailpassword', 'ana@example.com', NULL, NULL, NULL, false, 1796001302663);

INSERT INTO mail_outbox VALUES ('7b73f594-7f69-4532-a03c-2967e30a08ae', 'password-reset', 'public', NULL, '8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11', NULL, NULL, 'c3ae4127-426e-4926-b1ff-2ab89e918b48', 'done', 1, 1796001302683, 1796001302683, 0, 1796087702683, 1796001302703, NULL);

INSERT INTO password_reset_tokens VALUES ('54ce6320af8bd47bc286e046c6a917c49ec605af0ea041ee11c1ec339fb2b34d', '8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', 'ana@example.com', 1796004902691);

INSERT INTO passwords VALUES ('8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', '$argon2id$v=19$m=19456,t=2,p=1$sPmNSkpdVyQWnSIMiNSF7g$+ZUEjFj5YO44r04y3/czj1Rd3WJ/x5ptLvoq9P4ohKg');

INSERT INTO server_keys VALUES ('limits', '\x2cd2c6b1a5cc209102855243291704eef99e25fa9f021526be6dc372aadd3f0d');

INSERT INTO sessions VALUES ('72758843-4564-4d34-9017-93e04d67244e', '8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', '8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', 'public', '6672f1b93215f7bf1a06744b1ba17fdcd7619c067113b0d66422d1292321ff6d', NULL, 1796001302666, '\x10c4cc8b822efa64f18dc8fa5e276ee69d7f9c9a1218b016679842ed1889c3f4', false, '{"iss":"http://localhost:3001/auth"}', '{}', 1796001302666, 1804641302666);

INSERT INTO signing_keys VALUES ('d-1796001302448', 'ES256', true, 1, '\x308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420b40170c2eaadb8f8a08b69b06323f932d43a52833a5316b09dda9c27a6bf0661a1440342000417e32abcf6a719d8ab3d2fe4ccc1686bb93e5d9c8dac3d8d97756180d1be7375b2aeec792280cd09c234c79a666a1e750fcf092d8477ba2195840e59f71ec9f7', 1796001302448);

INSERT INTO users VALUES ('8bd3dfca-4c50-478d-94a1-f3e2f6a27c81', false, 1796001302663);

ALTER TABLE ONLY app
    ADD CONSTRAINT app_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY auth_migrations
    ADD CONSTRAINT auth_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY email_password_users
    ADD CONSTRAINT email_password_users_pkey PRIMARY KEY (tenant_id, email);

ALTER TABLE ONLY limit_counters
    ADD CONSTRAINT limit_counters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY login_method_tenants
    ADD CONSTRAINT login_method_tenants_pkey PRIMARY KEY (recipe_user_id, tenant_id);

ALTER TABLE ONLY login_methods
    ADD CONSTRAINT login_methods_pkey PRIMARY KEY (recipe_user_id);

ALTER TABLE ONLY mail_outbox
    ADD CONSTRAINT mail_outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY password_reset_tokens
    ADD CONSTRAINT password_reset_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY passwords
    ADD CONSTRAINT passwords_pkey PRIMARY KEY (recipe_user_id);

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

CREATE INDEX email_password_users_by_user ON email_password_users USING btree (recipe_user_id);

CREATE INDEX limit_counters_by_rest ON limit_counters USING btree (rests_at);

CREATE INDEX login_methods_by_user ON login_methods USING btree (user_id, time_joined);

CREATE INDEX mail_outbox_by_recipient ON mail_outbox USING btree (recipient_hash, created_at);

CREATE INDEX mail_outbox_by_state ON mail_outbox USING btree (state, due_at);

CREATE INDEX password_reset_tokens_by_expiry ON password_reset_tokens USING btree (expires_at);

CREATE INDEX password_reset_tokens_by_user ON password_reset_tokens USING btree (recipe_user_id);

CREATE INDEX sessions_by_expiry ON sessions USING btree (expires_at);

CREATE INDEX sessions_by_user ON sessions USING btree (user_id, created_at);

ALTER TABLE ONLY email_password_users
    ADD CONSTRAINT email_password_users_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY login_method_tenants
    ADD CONSTRAINT login_method_tenants_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY login_methods
    ADD CONSTRAINT login_methods_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

ALTER TABLE ONLY password_reset_tokens
    ADD CONSTRAINT password_reset_tokens_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

ALTER TABLE ONLY passwords
    ADD CONSTRAINT passwords_recipe_user_id_fkey FOREIGN KEY (recipe_user_id) REFERENCES login_methods(recipe_user_id) ON DELETE CASCADE;

