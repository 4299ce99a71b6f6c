-- One person's own.

ALTER TABLE favorites ENABLE ROW LEVEL SECURITY;
ALTER TABLE favorites FORCE ROW LEVEL SECURITY;

GRANT SELECT ON favorites TO app_reader;
GRANT SELECT, INSERT, DELETE ON favorites TO app_user;

CREATE POLICY own ON favorites FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));

-- For app.forget_searches().
CREATE POLICY definer ON favorites FOR ALL TO CURRENT_USER USING (true);
