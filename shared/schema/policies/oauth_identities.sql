-- A secret of signing in: no caller sees it, and no other role of the platform.

ALTER TABLE oauth_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_identities FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON oauth_identities TO app_auth;

CREATE POLICY auth ON oauth_identities FOR ALL TO app_auth USING (true);
