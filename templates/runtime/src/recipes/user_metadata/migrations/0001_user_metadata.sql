-- What the application keeps of a user: a JSON object as text. The user may be one whom only the application knows, so it
-- is no foreign key: deleting a user deletes the row (src/store/users.rs).
CREATE TABLE user_metadata (
    user_id  TEXT COLLATE "C" PRIMARY KEY,
    metadata TEXT NOT NULL
);
