-- Only the search functions read or write them.

ALTER TABLE search_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_words FORCE ROW LEVEL SECURITY;

CREATE POLICY definer ON search_words FOR ALL TO CURRENT_USER USING (true);
