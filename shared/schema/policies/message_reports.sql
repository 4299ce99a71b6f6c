-- A participant reports; staff read.

ALTER TABLE message_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_reports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON message_reports TO app_reader;
GRANT SELECT, INSERT ON message_reports TO app_user;

CREATE POLICY read ON message_reports FOR SELECT TO app_reader, app_user
    USING (reporter_id = (SELECT app.user_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON message_reports FOR INSERT TO app_user
    WITH CHECK (reporter_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM messages AS m WHERE m.id = message_reports.message_id));
