-- A secret of signing in; the nightly sweep may delete old ones and sees no more of them than it needs.

ALTER TABLE user_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_tokens FORCE ROW LEVEL SECURITY;

GRANT DELETE ON user_tokens TO app_worker;
GRANT SELECT, INSERT, UPDATE ON user_tokens TO app_auth;
GRANT SELECT (id, expires_at) ON user_tokens TO app_worker;

CREATE POLICY auth ON user_tokens FOR ALL TO app_auth USING (true);

CREATE POLICY leftover ON user_tokens FOR ALL TO app_worker
    USING (expires_at < now() - interval '7 days');
