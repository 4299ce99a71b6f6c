-- One person's own, looked after by who signs people in: it counts whatever is asked for one number.

ALTER TABLE phones ENABLE ROW LEVEL SECURITY;
ALTER TABLE phones FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON phones TO app_auth;
GRANT SELECT ON phones TO app_worker;

CREATE POLICY auth ON phones FOR ALL TO app_auth USING (true);
CREATE POLICY worker ON phones FOR SELECT TO app_worker USING (true);
