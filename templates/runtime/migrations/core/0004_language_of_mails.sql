-- The language of a message's text, a tag of RFC 5646 in lower case. NULL for the language of the settings, and in rows of
-- servers that do not know the column.
ALTER TABLE mail_outbox ADD COLUMN language TEXT;
