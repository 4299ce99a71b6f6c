-- Both sides read what was offered and add to it, as does the client's broker; nobody changes a version.

ALTER TABLE bid_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE bid_versions FORCE ROW LEVEL SECURITY;

GRANT SELECT ON bid_versions TO app_reader, app_worker;
GRANT SELECT, INSERT ON bid_versions TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON bid_versions FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' deals.
CREATE POLICY represent ON bid_versions FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- An owner answers with a version, a client or its broker revises with one.
CREATE POLICY add ON bid_versions FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));
CREATE POLICY represent_add ON bid_versions FOR INSERT TO app_user
    WITH CHECK (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

CREATE POLICY worker ON bid_versions FOR ALL TO app_worker USING (true);
