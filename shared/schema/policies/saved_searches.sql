-- One person's own.

ALTER TABLE saved_searches ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_searches FORCE ROW LEVEL SECURITY;

GRANT SELECT ON saved_searches TO app_reader;
GRANT SELECT, INSERT, DELETE ON saved_searches TO app_user;
GRANT SELECT, UPDATE (mailed_at) ON saved_searches TO app_worker;

CREATE POLICY own ON saved_searches FOR ALL TO app_reader, app_user USING (user_id = (SELECT app.user_id()));

-- For app.claim_matches() and app.forget_searches().
CREATE POLICY definer ON saved_searches FOR ALL TO CURRENT_USER USING (true);

-- Mails their owners, and remembers when.
CREATE POLICY worker ON saved_searches FOR ALL TO app_worker USING (true);
