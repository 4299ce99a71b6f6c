-- One person's own, looked after by who signs people in: a device goes from one person to the next.

ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON devices TO app_auth;
GRANT SELECT, DELETE ON devices TO app_worker;

CREATE POLICY auth ON devices FOR ALL TO app_auth USING (true);
CREATE POLICY worker ON devices FOR ALL TO app_worker USING (true);
