-- Events are never written in another user's name; the platform publishes them.

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;

GRANT INSERT ON outbox TO app_user, app_auth;
GRANT SELECT, INSERT, DELETE ON outbox TO app_worker;
GRANT UPDATE (published_at) ON outbox TO app_worker;

CREATE POLICY add ON outbox FOR INSERT TO app_user
    WITH CHECK ((SELECT app.role()) IS NOT NULL
        AND (actor IS NULL OR actor = (SELECT app.user_id())));

CREATE POLICY worker ON outbox FOR ALL TO app_worker USING (true);
CREATE POLICY auth ON outbox FOR ALL TO app_auth USING (true);

-- Events can come again for 30 days from the bus's archive, for 14 from a dead-letter queue. A consumer that keeps
-- order finds here what it has missed.
CREATE POLICY leftover ON outbox AS RESTRICTIVE FOR DELETE TO app_worker
    USING (published_at < now() - interval '60 days');
