-- Values of an index are added by the organization that publishes them, and never changed.

ALTER TABLE index_values ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_values FORCE ROW LEVEL SECURITY;

GRANT SELECT ON index_values TO app_reader, app_worker;
GRANT SELECT, INSERT ON index_values TO app_user;

-- An indexed rent is calculated for both sides, and for bidders too; index values are not secret.
CREATE POLICY read ON index_values FOR SELECT TO app_reader, app_user
    USING ((SELECT app.user_id()) IS NOT NULL OR (SELECT app.reads_all()));

CREATE POLICY add ON index_values FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON index_values FOR SELECT TO app_worker USING (true);
