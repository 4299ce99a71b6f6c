-- Webhooks, the events that organizations may know of, and their deliveries.

CREATE TABLE webhooks (
    id UUID NOT NULL,
    organization_id UUID,
    url VARCHAR(2000) NOT NULL,
    events TEXT[] NOT NULL,
    description VARCHAR(500),
    status TEXT DEFAULT 'ACTIVE' NOT NULL,
    disabled_reason TEXT,
    secret TEXT NOT NULL,
    old_secret TEXT,
    rotated_at TIMESTAMP WITH TIME ZONE,
    failing_since TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT webhooks_pkey PRIMARY KEY (id),
    CONSTRAINT webhooks_status_check CHECK (status IN ('ACTIVE', 'DISABLED')),
    CONSTRAINT webhooks_disabled_check CHECK ((status = 'DISABLED') = (disabled_reason IS NOT NULL)),
    CONSTRAINT webhooks_rotated_check CHECK ((old_secret IS NULL) = (rotated_at IS NULL)),
    CONSTRAINT webhooks_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT webhooks_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT webhooks_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX webhooks_organization_id_idx ON webhooks (organization_id, id);

CREATE TABLE public_events (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    side TEXT NOT NULL,
    client_organization_id UUID,
    webhook_id UUID,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    transaction BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT public_events_pkey PRIMARY KEY (id),
    CONSTRAINT public_events_side_check CHECK (side IN ('OWNER', 'CLIENT', 'BROKER', 'MEMBER', 'PLATFORM')),
    CONSTRAINT public_events_client_check CHECK ((side = 'BROKER') = (client_organization_id IS NOT NULL)),
    CONSTRAINT public_events_client_organization_id_fkey FOREIGN KEY(client_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT public_events_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);

CREATE INDEX public_events_changes_idx ON public_events (organization_id, transaction, seq);

CREATE INDEX public_events_client_organization_id_idx ON public_events (client_organization_id) WHERE client_organization_id IS NOT NULL;

CREATE INDEX public_events_created_at_idx ON public_events (created_at);

CREATE INDEX public_events_webhook_id_idx ON public_events (webhook_id) WHERE webhook_id IS NOT NULL;

CREATE TABLE webhook_deliveries (
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    event_id UUID NOT NULL,
    status TEXT DEFAULT 'PENDING' NOT NULL,
    attempts JSONB DEFAULT '[]'::jsonb NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    claim UUID,
    claimed_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED', 'PARKED')),
    CONSTRAINT webhook_deliveries_claim_check CHECK ((claim IS NULL) = (claimed_until IS NULL)),
    CONSTRAINT webhook_deliveries_next_check CHECK ((status IN ('PENDING', 'FAILED')) = (next_attempt_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_event_id_fkey FOREIGN KEY(event_id) REFERENCES public_events (id) ON DELETE CASCADE
);

CREATE INDEX webhook_deliveries_claimed_idx ON webhook_deliveries (webhook_id) WHERE claim IS NOT NULL;

CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;

CREATE INDEX webhook_deliveries_event_id_idx ON webhook_deliveries (event_id);

CREATE INDEX webhook_deliveries_page_idx ON webhook_deliveries (webhook_id, created_at, id);

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

-- Seen through their webhook. People ask for tests and repeats; the platform records what became of them.

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

-- A broker's events are read as GET answers them.
GRANT EXECUTE ON FUNCTION app.represented() TO app_worker;
