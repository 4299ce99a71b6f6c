-- One organization's own; its owners and financial officers set it.

ALTER TABLE export_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_schedules FORCE ROW LEVEL SECURITY;

GRANT SELECT ON export_schedules TO app_reader, app_user, app_worker;
GRANT INSERT ON export_schedules TO app_user;
GRANT UPDATE (enabled, kind, format, destination, updated_at, updated_by) ON export_schedules TO app_user;

CREATE POLICY read ON export_schedules FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON export_schedules FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON export_schedules FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON export_schedules FOR SELECT TO app_worker USING (true);
