-- What the platform's consumers have handled.

ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON inbox TO app_worker;

CREATE POLICY worker ON inbox FOR ALL TO app_worker USING (true);

-- A row must outlive its event in the outbox, or the event would seem to have been missed.
CREATE POLICY leftover ON inbox AS RESTRICTIVE FOR DELETE TO app_worker
    USING (handled_at < now() - interval '90 days');
