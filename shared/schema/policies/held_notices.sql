-- Kept by the platform alone.

ALTER TABLE held_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_notices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON held_notices TO app_worker;
GRANT SELECT, DELETE ON held_notices TO app_auth;

CREATE POLICY worker ON held_notices FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON held_notices FOR ALL TO app_auth USING (true);
