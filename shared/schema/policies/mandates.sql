-- The client gives and revokes a mandate, the broker reads it.

ALTER TABLE mandates ENABLE ROW LEVEL SECURITY;
ALTER TABLE mandates FORCE ROW LEVEL SECURITY;

GRANT SELECT ON mandates TO app_reader, app_worker;
GRANT SELECT, INSERT ON mandates TO app_user;
GRANT UPDATE (revoked_at, updated_at, updated_by) ON mandates TO app_user;

CREATE POLICY read ON mandates FOR SELECT TO app_reader, app_user
    USING (client_organization_id = (SELECT app.organization_id())
        OR broker_id = (SELECT app.user_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON mandates FOR INSERT TO app_user
    WITH CHECK (client_organization_id = (SELECT app.organization_id()));

CREATE POLICY change ON mandates FOR UPDATE TO app_user
    USING (client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON mandates FOR SELECT TO app_worker USING (true);

-- For app.represented(), app.lock_mandate() and app.client_of(); they change when somebody leaves.
CREATE POLICY definer ON mandates FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON mandates FOR UPDATE TO CURRENT_USER USING (true);
