-- Authenticator apps. A device belongs to a login method, as credentials do, so that it follows one that is linked to
-- another user. The secret is encrypted where secrets are configured. The period is in seconds; the last step is the
-- number of the period whose code was accepted last (RFC 6238), -1 before the first one.
CREATE TABLE totp_devices (
    recipe_user_id TEXT COLLATE "C" NOT NULL
        REFERENCES login_methods (recipe_user_id) ON DELETE CASCADE,
    name           TEXT COLLATE "C" NOT NULL,
    secret         BYTEA   NOT NULL,
    period         BIGINT  NOT NULL,
    skew           BIGINT  NOT NULL,
    verified       BOOLEAN NOT NULL DEFAULT FALSE,
    last_step      BIGINT  NOT NULL,
    created_at     BIGINT  NOT NULL,
    PRIMARY KEY (recipe_user_id, name)
);
