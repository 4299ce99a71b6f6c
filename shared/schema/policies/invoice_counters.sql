-- One organization's own.

ALTER TABLE invoice_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_counters FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON invoice_counters TO app_user, app_worker;

CREATE POLICY own ON invoice_counters FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON invoice_counters FOR ALL TO app_worker USING (true);
