-- Kept by the platform alone.

ALTER TABLE sent_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_notices FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON sent_notices TO app_worker;
GRANT SELECT, DELETE ON sent_notices TO app_auth;

CREATE POLICY worker ON sent_notices FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON sent_notices FOR ALL TO app_auth USING (true);
