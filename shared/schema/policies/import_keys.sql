-- A running import's own.

ALTER TABLE import_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_keys FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON import_keys TO app_worker;

CREATE POLICY worker ON import_keys FOR ALL TO app_worker USING (true);
