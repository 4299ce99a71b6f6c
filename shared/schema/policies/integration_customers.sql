-- Which customer a tenant is: a person of the organization says so, or the platform finds or creates it.

ALTER TABLE integration_customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_customers FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_customers TO app_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON integration_customers TO app_user;
GRANT SELECT, INSERT ON integration_customers TO app_worker;

CREATE POLICY read ON integration_customers FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integration_customers FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integration_customers FOR ALL TO app_worker USING (true);
