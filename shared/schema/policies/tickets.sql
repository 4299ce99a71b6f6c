-- The owner's side, the tenant who reported it, the contractor who is assigned and those who were asked for a quote.

ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;

GRANT SELECT ON tickets TO app_reader;
GRANT SELECT, INSERT ON tickets TO app_user, app_worker;
GRANT UPDATE (
    contractor_organization_id, contractor_id, contractor_party, accepted_at, title, description, priority, category,
    status, opened_at, due_at, replied_at, resolved_at, closed_at, updated_at, updated_by
) ON tickets TO app_user, app_worker;

CREATE POLICY read ON tickets FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR EXISTS (SELECT FROM ticket_invitations AS i
                   WHERE i.ticket_id = tickets.id
                     AND i.contractor_organization_id = (SELECT app.organization_id()))
        OR (SELECT app.reads_all()));

-- Whoever leases a space reports what is wrong in it.
CREATE POLICY add ON tickets FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR (client_organization_id = (SELECT app.organization_id())
            AND (SELECT app.may_report(tickets.building_id, tickets.space_id, tickets.owner_organization_id)))
        OR (SELECT app.is_admin()));

CREATE POLICY change ON tickets FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()))
    WITH CHECK (true);

CREATE POLICY worker ON tickets FOR ALL TO app_worker USING (true);

-- For app.remove_member() and app.forget_person(), which hand on what somebody did, or forget their name.
CREATE POLICY definer ON tickets FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON tickets FOR UPDATE TO CURRENT_USER USING (true);
