-- Read and revoked by the organization that invites; the hash of the token is for whoever checks tokens.

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON invitations TO app_auth;
GRANT SELECT (
    id, organization_id, email, role, invited_by, expires_at, accepted_at, revoked_at, created_at,
    inviting_organization_id
) ON invitations TO app_reader, app_user, app_worker;
GRANT UPDATE (revoked_at) ON invitations TO app_user;
-- Imports invite tenants, in the name of the owner's organization.
GRANT INSERT (
    id, organization_id, email, role, token_hash, invited_by, expires_at, inviting_organization_id
) ON invitations TO app_worker;

CREATE POLICY read ON invitations FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY change ON invitations FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON invitations FOR SELECT TO app_worker USING (true);
CREATE POLICY invite ON invitations FOR INSERT TO app_worker WITH CHECK (inviting_organization_id IS NOT NULL);
CREATE POLICY auth ON invitations FOR ALL TO app_auth USING (true);

-- For app.remove_member() and app.forget_person().
CREATE POLICY definer ON invitations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON invitations FOR UPDATE TO CURRENT_USER USING (true);
