-- One organization's own. Its owners and financial officers map and take away; the platform connects and sends.

ALTER TABLE integrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE integrations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON integrations TO app_reader, app_user;
GRANT UPDATE (accounts, starts_on, looked_to, paused_until, status, reason, updated_at, updated_by) ON integrations TO app_user;
GRANT SELECT, INSERT, UPDATE ON integrations TO app_worker;

CREATE POLICY read ON integrations FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON integrations FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON integrations FOR ALL TO app_worker USING (true);
