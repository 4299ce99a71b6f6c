-- What an organization shows, its members change.

ALTER TABLE file_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_uses FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON file_uses TO app_user;
GRANT SELECT, DELETE ON file_uses TO app_worker;

CREATE POLICY own ON file_uses FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON file_uses FOR ALL TO app_worker USING (true);
