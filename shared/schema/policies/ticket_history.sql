-- The owner's side and the tenant; the contractor who is assigned, but for what is about other contractors; who was asked
-- for a quote, what is about themselves.

ALTER TABLE ticket_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_history FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_history TO app_reader;
GRANT SELECT, INSERT ON ticket_history TO app_user, app_worker;

CREATE POLICY read ON ticket_history FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR EXISTS (SELECT FROM tickets AS t
                   WHERE t.id = ticket_history.ticket_id
                     AND (t.client_organization_id = (SELECT app.organization_id())
                       OR (t.contractor_organization_id = (SELECT app.organization_id())
                           AND ticket_history.contractor_organization_id IS NULL))));

CREATE POLICY add ON ticket_history FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_history.ticket_id));

CREATE POLICY worker ON ticket_history FOR ALL TO app_worker USING (true);
