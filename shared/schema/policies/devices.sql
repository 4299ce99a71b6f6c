-- One person's own. Who signs people in registers them: a device goes from one person to the next.

ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON devices TO app_auth;
GRANT SELECT, DELETE ON devices TO app_user, app_worker;

CREATE POLICY own ON devices FOR ALL TO app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY auth ON devices FOR ALL TO app_auth USING (true);
CREATE POLICY worker ON devices FOR ALL TO app_worker USING (true);
