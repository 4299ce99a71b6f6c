-- A secret of signing in: no caller sees it, and no other role of the platform.

ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes TO app_auth;

CREATE POLICY auth ON recovery_codes FOR ALL TO app_auth USING (true);
