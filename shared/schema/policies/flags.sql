-- Every function may ask which flags there are; a SUPER_ADMIN keeps them.

ALTER TABLE flags ENABLE ROW LEVEL SECURITY;
ALTER TABLE flags FORCE ROW LEVEL SECURITY;

GRANT SELECT ON flags TO app_reader, app_worker, app_auth;
GRANT SELECT, INSERT, DELETE ON flags TO app_user;
GRANT UPDATE (description, enabled, roles, organization_ids, user_ids, rollout_percent, updated_at, updated_by)
    ON flags TO app_user;

CREATE POLICY read ON flags FOR SELECT TO app_reader, app_user
    USING ((SELECT app.user_id()) IS NOT NULL OR (SELECT app.reads_all()));

CREATE POLICY worker ON flags FOR SELECT TO app_worker USING (true);
CREATE POLICY auth ON flags FOR SELECT TO app_auth USING (true);

CREATE POLICY add ON flags FOR INSERT TO app_user WITH CHECK ((SELECT app.is_admin()));

CREATE POLICY change ON flags FOR UPDATE TO app_user USING ((SELECT app.is_admin()));

CREATE POLICY remove ON flags FOR DELETE TO app_user USING ((SELECT app.is_admin()));
