-- The tenant rates; owners see of a contractor's ratings what app.contractors() says.

ALTER TABLE ticket_ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_ratings FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_ratings TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_ratings TO app_user;

CREATE POLICY read ON ticket_ratings FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_ratings FOR INSERT TO app_user
    WITH CHECK ((client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))
        AND user_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_ratings.ticket_id));

CREATE POLICY worker ON ticket_ratings FOR SELECT TO app_worker USING (true);

-- For app.contractors().
CREATE POLICY definer ON ticket_ratings FOR SELECT TO CURRENT_USER USING (true);
