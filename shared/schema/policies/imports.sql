-- An organization reads its own imports; the platform runs them.

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON imports TO app_reader;
GRANT SELECT, INSERT ON imports TO app_user;
GRANT SELECT, UPDATE ON imports TO app_worker;

CREATE POLICY read ON imports FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON imports FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON imports FOR ALL TO app_worker USING (true);
