-- The owner's organization; and of what a contractor wrote down for a ticket, that contractor's.

ALTER TABLE expenses ENABLE ROW LEVEL SECURITY;
ALTER TABLE expenses FORCE ROW LEVEL SECURITY;

GRANT SELECT ON expenses TO app_reader, app_worker;
GRANT SELECT, INSERT ON expenses TO app_user;

CREATE POLICY read ON expenses FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON expenses FOR INSERT TO app_user
    WITH CHECK (((owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))
                 OR EXISTS (SELECT FROM tickets AS t
                            WHERE t.id = expenses.ticket_id
                              AND t.contractor_organization_id = (SELECT app.organization_id())))
        AND organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON expenses FOR SELECT TO app_worker USING (true);
