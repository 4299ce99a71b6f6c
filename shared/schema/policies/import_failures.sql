-- As imports.

ALTER TABLE import_failures ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_failures FORCE ROW LEVEL SECURITY;

GRANT SELECT ON import_failures TO app_reader;
GRANT SELECT, INSERT ON import_failures TO app_worker;

CREATE POLICY read ON import_failures FOR SELECT TO app_reader
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY worker ON import_failures FOR ALL TO app_worker USING (true);
