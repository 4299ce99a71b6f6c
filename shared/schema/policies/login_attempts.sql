-- A secret of signing in; the nightly sweep may delete old ones and sees no more of them than it needs.

ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempts FORCE ROW LEVEL SECURITY;

GRANT DELETE ON login_attempts TO app_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempts TO app_auth;
GRANT SELECT (email_hash, locked_until, updated_at) ON login_attempts TO app_worker;

CREATE POLICY auth ON login_attempts FOR ALL TO app_auth USING (true);

-- The longest window is an hour, the longest lock a quarter of one.
CREATE POLICY leftover ON login_attempts FOR ALL TO app_worker
    USING (updated_at < now() - interval '1 day' AND (locked_until IS NULL OR locked_until < now()));
