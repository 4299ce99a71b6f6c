-- What the provider has; read by the platform, shown to the organization.

ALTER TABLE integration_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_targets FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_targets TO app_reader, app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON integration_targets TO app_worker;

CREATE POLICY read ON integration_targets FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY worker ON integration_targets FOR ALL TO app_worker USING (true);
