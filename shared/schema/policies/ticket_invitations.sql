-- The owner's side asks; each contractor sees that they were asked, and not who else was.

ALTER TABLE ticket_invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_invitations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_invitations TO app_reader, app_worker;
GRANT SELECT, INSERT, DELETE ON ticket_invitations TO app_user;

CREATE POLICY read ON ticket_invitations FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_invitations FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY remove ON ticket_invitations FOR DELETE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON ticket_invitations FOR SELECT TO app_worker USING (true);

-- For app.remove_member() and app.forget_person().
CREATE POLICY definer ON ticket_invitations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON ticket_invitations FOR UPDATE TO CURRENT_USER USING (true);
