-- One person's own: nobody sees who has blocked them.

ALTER TABLE user_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_blocks FORCE ROW LEVEL SECURITY;

GRANT SELECT ON user_blocks TO app_reader, app_worker;
GRANT SELECT, INSERT, DELETE ON user_blocks TO app_user;

CREATE POLICY own ON user_blocks FOR ALL TO app_reader, app_user USING (blocker_id = (SELECT app.user_id()));

CREATE POLICY worker ON user_blocks FOR SELECT TO app_worker USING (true);

-- For app.correspondent() and app.participants().
CREATE POLICY definer ON user_blocks FOR SELECT TO CURRENT_USER USING (true);
