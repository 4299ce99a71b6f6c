-- Seen through their webhook, by whoever keeps it and by support, which reads everything and asks for nothing. People
-- ask for tests and repeats; the platform records what became of them.

ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY;

GRANT SELECT ON webhook_deliveries TO app_reader;
GRANT SELECT, INSERT ON webhook_deliveries TO app_user;
GRANT UPDATE (status, failures, next_attempt_at, claim, claimed_until) ON webhook_deliveries TO app_user;
GRANT SELECT, INSERT ON webhook_deliveries TO app_worker;
GRANT UPDATE (status, attempts, failures, next_attempt_at, claim, claimed_until) ON webhook_deliveries TO app_worker;

CREATE POLICY read ON webhook_deliveries FOR SELECT TO app_reader, app_user
    USING (webhook_id IN (SELECT w.id FROM webhooks w) OR (SELECT app.reads_all()));

CREATE POLICY add ON webhook_deliveries FOR INSERT TO app_user
    WITH CHECK (webhook_id IN (SELECT w.id FROM webhooks w
                               WHERE w.organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY change ON webhook_deliveries FOR UPDATE TO app_user
    USING (webhook_id IN (SELECT w.id FROM webhooks w
                          WHERE w.organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY worker ON webhook_deliveries FOR ALL TO app_worker USING (true);
