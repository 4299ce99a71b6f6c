-- Kept by the platform alone.

ALTER TABLE phone_replies ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_replies FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON phone_replies TO app_worker;
GRANT SELECT ON phone_replies TO app_auth;

CREATE POLICY worker ON phone_replies FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON phone_replies FOR SELECT TO app_auth USING (true);
