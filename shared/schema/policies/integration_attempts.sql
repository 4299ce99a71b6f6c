-- Written for whoever sets out for the provider; spent by the platform, when a browser comes back.

ALTER TABLE integration_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_attempts FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_attempts TO app_reader, app_user;
GRANT INSERT ON integration_attempts TO app_user;
GRANT SELECT, UPDATE, DELETE ON integration_attempts TO app_worker;

CREATE POLICY read ON integration_attempts FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON integration_attempts FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id()) AND organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON integration_attempts FOR ALL TO app_worker USING (true);
