-- One person's own; the nightly sweep may delete old ones and sees no more of them than it needs.

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO app_user, app_auth;
GRANT DELETE ON idempotency_keys TO app_worker;
GRANT SELECT (user_id, key, created_at) ON idempotency_keys TO app_worker;

CREATE POLICY own ON idempotency_keys FOR ALL TO app_user
    USING (user_id = (SELECT app.user_id()));

CREATE POLICY auth ON idempotency_keys FOR ALL TO app_auth USING (true);

-- A key holds for 24 hours.
CREATE POLICY leftover ON idempotency_keys FOR ALL TO app_worker
    USING (created_at < now() - interval '2 days');
