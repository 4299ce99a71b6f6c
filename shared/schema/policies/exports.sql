-- An organization's people read what they asked for; the rest is the application's to say. The platform writes it down.

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON exports TO app_reader;
GRANT SELECT, INSERT ON exports TO app_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO app_worker;

CREATE POLICY read ON exports FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON exports FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY worker ON exports FOR ALL TO app_worker USING (true);
