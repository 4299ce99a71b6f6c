-- Both sides read signatures; none is ever changed.

ALTER TABLE signatures ENABLE ROW LEVEL SECURITY;
ALTER TABLE signatures FORCE ROW LEVEL SECURITY;

GRANT SELECT ON signatures TO app_reader;
GRANT SELECT, INSERT ON signatures TO app_user, app_worker;

-- Either side's organization reads.
CREATE POLICY read ON signatures FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' deals; it signs nothing for them.
CREATE POLICY represent ON signatures FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Nobody signs for the other side, or in another person's name.
CREATE POLICY add ON signatures FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND ((side = 'CLIENT' AND client_organization_id = (SELECT app.organization_id()))
            OR (side IN ('OWNER', 'ADMIN') AND owner_organization_id = (SELECT app.organization_id()))
            OR (SELECT app.is_admin())));

CREATE POLICY worker ON signatures FOR ALL TO app_worker USING (true);
