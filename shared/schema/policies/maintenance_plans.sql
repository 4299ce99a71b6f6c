-- The owner's side alone.

ALTER TABLE maintenance_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE maintenance_plans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON maintenance_plans TO app_reader, app_worker;
GRANT SELECT, INSERT ON maintenance_plans TO app_user;
GRANT UPDATE (
    title, description, category, priority, rrule, starts_on, lead_days, contractor_id, checklist, next_on, updated_at,
    updated_by, deleted_at
) ON maintenance_plans TO app_user;
GRANT UPDATE (next_on) ON maintenance_plans TO app_worker;

CREATE POLICY read ON maintenance_plans FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON maintenance_plans FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON maintenance_plans FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON maintenance_plans FOR ALL TO app_worker USING (true);
