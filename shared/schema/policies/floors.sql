-- As buildings.

ALTER TABLE floors ENABLE ROW LEVEL SECURITY;
ALTER TABLE floors FORCE ROW LEVEL SECURITY;

GRANT SELECT ON floors TO app_reader;
GRANT SELECT, INSERT, UPDATE ON floors TO app_user;
-- Imports write as the platform.
GRANT SELECT, INSERT, UPDATE ON floors TO app_worker;

CREATE POLICY read ON floors FOR SELECT TO app_reader, app_user
    USING ((deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON floors FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON floors FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON floors FOR ALL TO app_worker USING (true);

-- For app.list_spaces() and app.close_organization().
CREATE POLICY definer ON floors FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_close ON floors FOR UPDATE TO CURRENT_USER USING (true);
