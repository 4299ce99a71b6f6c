-- What is internal is for the owner's side alone. A contractor hears the owner's side and the tenant, and no other
-- contractor; one who was only asked for a quote does not hear the tenant, nor the tenant them.

ALTER TABLE ticket_threads ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_threads FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_threads TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_threads TO app_user;

CREATE POLICY read ON ticket_threads FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all())
        OR (NOT is_internal
            AND EXISTS (SELECT FROM tickets AS t
                        WHERE t.id = ticket_threads.ticket_id
                          AND (ticket_threads.organization_id = (SELECT app.organization_id())
                            OR ticket_threads.side = 'OWNER'
                            OR (t.client_organization_id = (SELECT app.organization_id())
                                AND NOT ticket_threads.is_inquiry)
                            OR (t.contractor_organization_id = (SELECT app.organization_id())
                                AND ticket_threads.side = 'CLIENT')))));

CREATE POLICY add ON ticket_threads FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND organization_id = (SELECT app.organization_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_threads.ticket_id)
        AND (NOT is_internal OR owner_organization_id = organization_id OR (SELECT app.is_admin())));

CREATE POLICY worker ON ticket_threads FOR SELECT TO app_worker USING (true);
