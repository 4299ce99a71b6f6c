-- The log: the platform writes it, the organization reads it and asks for another try.

ALTER TABLE integration_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE integration_documents FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integration_documents TO app_reader, app_user;
GRANT UPDATE (status, retry_at, reason) ON integration_documents TO app_user;
GRANT SELECT, INSERT, UPDATE ON integration_documents TO app_worker;

CREATE POLICY read ON integration_documents FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integration_documents FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integration_documents FOR ALL TO app_worker USING (true);
