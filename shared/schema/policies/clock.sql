-- Everybody reads the business clock.

ALTER TABLE app.clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.clock FORCE ROW LEVEL SECURITY;

GRANT SELECT ON app.clock TO app_reader, app_user, app_worker, app_auth;

CREATE POLICY read ON app.clock FOR SELECT TO app_reader, app_user, app_worker, app_auth USING (true);

-- For app.now(), which every SECURITY DEFINER function may call.
CREATE POLICY definer ON app.clock FOR ALL TO CURRENT_USER USING (true);
