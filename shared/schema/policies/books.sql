-- One organization's own.

ALTER TABLE books ENABLE ROW LEVEL SECURITY;
ALTER TABLE books FORCE ROW LEVEL SECURITY;

GRANT SELECT ON books TO app_reader, app_user, app_worker;
GRANT INSERT ON books TO app_user;
GRANT UPDATE (open_from, accounts, updated_at, updated_by) ON books TO app_user;

CREATE POLICY read ON books FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON books FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON books FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON books FOR SELECT TO app_worker USING (true);

-- For app.set_expense_posted().
CREATE POLICY definer ON books FOR SELECT TO CURRENT_USER USING (true);
