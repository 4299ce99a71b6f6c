-- Only app.claim_matches reads or writes them.

ALTER TABLE saved_search_matches ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_search_matches FORCE ROW LEVEL SECURITY;

CREATE POLICY definer ON saved_search_matches FOR ALL TO CURRENT_USER USING (true);
