-- Sockets are the platform's own: no caller sees one.

ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;

GRANT SELECT, DELETE ON connections TO app_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON connections TO app_auth;

CREATE POLICY worker ON connections FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON connections FOR ALL TO app_auth USING (true);

-- For app.connection_caller().
CREATE POLICY definer ON connections FOR SELECT TO CURRENT_USER USING (true);
