-- The owner's side, and the contractor who made it.

ALTER TABLE ticket_quotes ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_quotes FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_quotes TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_quotes TO app_user;
GRANT UPDATE (status, updated_at, updated_by) ON ticket_quotes TO app_user;

CREATE POLICY read ON ticket_quotes FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_quotes FOR INSERT TO app_user
    WITH CHECK (contractor_organization_id = (SELECT app.organization_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_quotes.ticket_id));

CREATE POLICY change ON ticket_quotes FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON ticket_quotes FOR SELECT TO app_worker USING (true);

-- For app.forget_person().
CREATE POLICY definer ON ticket_quotes FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON ticket_quotes FOR UPDATE TO CURRENT_USER USING (true);
