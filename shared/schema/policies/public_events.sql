-- What an organization may know, made by the platform; people only add tests of their own webhooks.

ALTER TABLE public_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_events FORCE ROW LEVEL SECURITY;

GRANT SELECT ON public_events TO app_reader;
GRANT SELECT, INSERT ON public_events TO app_user;
GRANT SELECT, INSERT, DELETE ON public_events TO app_worker;

CREATE POLICY read ON public_events FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON public_events FOR INSERT TO app_user
    WITH CHECK (webhook_id IS NOT NULL
        AND (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin())));

CREATE POLICY worker ON public_events FOR ALL TO app_worker USING (true);

CREATE POLICY leftover ON public_events AS RESTRICTIVE FOR DELETE TO app_worker
    USING (created_at < now() - interval '30 days');
