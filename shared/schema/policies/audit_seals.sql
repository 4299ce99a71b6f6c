-- The platform alone seals the audit log.

ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON audit_seals TO app_worker;

CREATE POLICY worker ON audit_seals FOR ALL TO app_worker USING (true);
