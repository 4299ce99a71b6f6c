-- A secret of signing in: no caller sees it, and no other role of the platform.

ALTER TABLE password_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_history FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON password_history TO app_auth;

CREATE POLICY auth ON password_history FOR ALL TO app_auth USING (true);
