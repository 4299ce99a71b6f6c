-- One person's own, written by the platform.

ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications FORCE ROW LEVEL SECURITY;

GRANT SELECT ON notifications TO app_reader, app_user;
GRANT SELECT, INSERT ON notifications TO app_worker;
GRANT UPDATE (is_read, read_at) ON notifications TO app_user;

CREATE POLICY read ON notifications FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id()));

CREATE POLICY change ON notifications FOR UPDATE TO app_user
    USING (user_id = (SELECT app.user_id()));

CREATE POLICY worker ON notifications FOR ALL TO app_worker USING (true);
