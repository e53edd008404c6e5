-- The roles of the app.
CREATE TABLE roles (
    name TEXT COLLATE "C" PRIMARY KEY
);

-- What a user with a role may do.
CREATE TABLE role_permissions (
    role       TEXT COLLATE "C" NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    permission TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (role, permission)
);

CREATE INDEX role_permissions_by_permission ON role_permissions (permission, role);

-- Who has a role in a tenant. The user may be one whom only the application knows, so it is no foreign key: deleting a
-- user deletes these rows (src/store/users.rs).
CREATE TABLE role_assignments (
    tenant_id TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    role      TEXT COLLATE "C" NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    PRIMARY KEY (tenant_id, user_id, role)
);

CREATE INDEX role_assignments_by_role ON role_assignments (role, tenant_id, user_id);
CREATE INDEX role_assignments_by_user ON role_assignments (user_id);
