-- Both sides read documents; none changes, and the platform deletes only those of a deal that never became one.

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;

GRANT SELECT ON documents TO app_reader;
GRANT SELECT, INSERT ON documents TO app_user;
GRANT SELECT, INSERT, DELETE ON documents TO app_worker;

-- Either side's organization reads.
CREATE POLICY read ON documents FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' documents.
CREATE POLICY represent ON documents FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- A download before the background job has run stores the document, whichever side requested it.
CREATE POLICY add ON documents FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));

CREATE POLICY worker ON documents FOR ALL TO app_worker USING (true);

-- For app.known_document(), which sees no other document than the one asked for.
CREATE POLICY definer_known ON documents FOR SELECT TO CURRENT_USER
    USING (sha256 = (SELECT current_setting('asked.sha256', true)));

-- For app.claim_leases(), which moves one tenant's only.
CREATE POLICY definer_claim ON documents FOR SELECT TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid));
CREATE POLICY definer_claim_change ON documents FOR UPDATE TO CURRENT_USER
    USING (client_organization_id = (SELECT nullif(current_setting('asked.tenant', true), '')::uuid)) WITH CHECK (true);
