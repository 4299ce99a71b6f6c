-- Staff read and write them.

ALTER TABLE support_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_notes FORCE ROW LEVEL SECURITY;

GRANT SELECT ON support_notes TO app_reader;
GRANT SELECT, INSERT ON support_notes TO app_user, app_auth;

CREATE POLICY read ON support_notes FOR SELECT TO app_reader, app_user USING ((SELECT app.reads_all()));

CREATE POLICY add ON support_notes FOR INSERT TO app_user
    WITH CHECK ((SELECT app.reads_all()) AND author_id = (SELECT app.user_id()));

CREATE POLICY auth ON support_notes FOR ALL TO app_auth USING (true);
