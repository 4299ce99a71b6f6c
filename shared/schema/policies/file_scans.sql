-- The platform keeps what the scanner found; whoever completes an upload asks what it says of theirs.

ALTER TABLE file_scans ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_scans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON file_scans TO app_user;
GRANT SELECT, INSERT ON file_scans TO app_worker;

CREATE POLICY read ON file_scans FOR SELECT TO app_user
    USING (EXISTS (SELECT FROM files f WHERE f.id = file_id AND f.user_id = (SELECT app.user_id())));

CREATE POLICY worker ON file_scans FOR ALL TO app_worker USING (true);
