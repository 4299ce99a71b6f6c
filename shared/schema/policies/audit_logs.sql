-- Entries are never written in another user's name. An owner reads their own organization's, staff read everybody's.

ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_logs FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON audit_logs TO app_reader, app_user, app_worker;
GRANT INSERT ON audit_logs TO app_auth;

CREATE POLICY read ON audit_logs FOR SELECT TO app_reader, app_user
    USING ((SELECT app.reads_all())
        OR (organization_id = (SELECT app.organization_id()) AND (SELECT app.role()) = 'OWNER'));

CREATE POLICY add ON audit_logs FOR INSERT TO app_user
    WITH CHECK ((SELECT app.role()) IS NOT NULL
        AND (user_id IS NULL OR user_id = (SELECT app.user_id())));

-- Reads by staff are recorded by app_reader itself: the only row that it may write.
CREATE POLICY add_read ON audit_logs FOR INSERT TO app_reader
    WITH CHECK ((SELECT app.reads_all()) AND user_id = (SELECT app.user_id()));

CREATE POLICY worker ON audit_logs FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON audit_logs FOR ALL TO app_auth USING (true);

-- For app.forget_traces().
CREATE POLICY definer_forget ON audit_logs FOR ALL TO CURRENT_USER USING (user_id = (SELECT app.user_id()));
