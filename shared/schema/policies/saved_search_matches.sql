-- app.claim_matches keeps them; the platform mails people of them, and forgets them once a space is free again.

ALTER TABLE saved_search_matches ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_search_matches FORCE ROW LEVEL SECURITY;

GRANT SELECT, DELETE ON saved_search_matches TO app_worker;
GRANT UPDATE (is_mailed) ON saved_search_matches TO app_worker;

CREATE POLICY definer ON saved_search_matches FOR ALL TO CURRENT_USER USING (true);
CREATE POLICY worker ON saved_search_matches FOR ALL TO app_worker USING (true);
