-- One person's own.

ALTER TABLE notification_choices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_choices FORCE ROW LEVEL SECURITY;

GRANT SELECT ON notification_choices TO app_reader, app_worker;
GRANT SELECT, INSERT, UPDATE ON notification_choices TO app_user;
GRANT SELECT, DELETE ON notification_choices TO app_auth;

CREATE POLICY own ON notification_choices FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY worker ON notification_choices FOR SELECT TO app_worker USING (true);
CREATE POLICY auth ON notification_choices FOR ALL TO app_auth USING (true);
