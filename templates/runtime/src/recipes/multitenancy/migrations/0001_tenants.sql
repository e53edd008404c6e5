-- The tenants. NULL stands for what the settings say: all first factors of the server, its providers.
-- First factors are a JSON list as text. Providers are a JSON list, encrypted where secrets are configured.
CREATE TABLE tenants (
    id            TEXT COLLATE "C" PRIMARY KEY,
    first_factors TEXT,
    providers     BYTEA
);

INSERT INTO tenants (id) VALUES ('public');
