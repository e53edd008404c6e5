-- Whose database this is: the id of the app that opened it first. Another app is refused, so that the
-- users, sessions and keys of two apps never mix.
CREATE TABLE app (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    app_id   TEXT COLLATE "C" NOT NULL
);
