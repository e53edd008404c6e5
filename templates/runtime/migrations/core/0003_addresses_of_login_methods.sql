-- Users of all recipes are found by an address or a phone number: those whose login methods may be linked.
CREATE INDEX login_methods_by_email ON login_methods (email);
CREATE INDEX login_methods_by_phone_number ON login_methods (phone_number);
