-- One organization's own, or the platform's: its secrets are encrypted, and only what sends events can decrypt them.

ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhooks FORCE ROW LEVEL SECURITY;

GRANT SELECT ON webhooks TO app_reader;
GRANT SELECT, INSERT, DELETE ON webhooks TO app_user;
GRANT UPDATE (url, events, description, status, disabled_reason, secret, old_secret, rotated_at, failing_since,
              updated_at, updated_by) ON webhooks TO app_user;
GRANT SELECT ON webhooks TO app_worker;
GRANT UPDATE (status, disabled_reason, failing_since, updated_at) ON webhooks TO app_worker;

CREATE POLICY read ON webhooks FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON webhooks FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON webhooks FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY remove ON webhooks FOR DELETE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON webhooks FOR ALL TO app_worker USING (true);
