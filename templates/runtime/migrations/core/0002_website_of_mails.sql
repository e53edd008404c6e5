-- Where the links of a mail lead: the URL of a website's auth pages, as the server that accepted the mail had it. NULL in
-- rows of servers that do not know the column; such a mail leads to the website of appInfo.
ALTER TABLE mail_outbox ADD COLUMN website TEXT;
