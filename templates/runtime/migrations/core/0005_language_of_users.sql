-- The language in which a user reads messages, a tag of RFC 5646 in lower case. NULL where neither the sign-up nor the
-- application has named one.
ALTER TABLE users ADD COLUMN language TEXT;
