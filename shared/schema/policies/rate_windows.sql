-- A secret of signing in; the nightly sweep may delete old ones and sees no more of them than it needs.

ALTER TABLE rate_windows ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_windows FORCE ROW LEVEL SECURITY;

GRANT DELETE ON rate_windows TO app_worker;
GRANT SELECT, INSERT, UPDATE ON rate_windows TO app_auth;
GRANT SELECT (subject_hash, updated_at) ON rate_windows TO app_worker;

CREATE POLICY auth ON rate_windows FOR ALL TO app_auth USING (true);

-- The longest window is an hour.
CREATE POLICY leftover ON rate_windows FOR ALL TO app_worker
    USING (updated_at < now() - interval '1 day');
