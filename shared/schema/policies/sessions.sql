-- Users see and end their own sessions. Only app_auth sees the hashes of tokens; the nightly sweep may delete old
-- sessions and sees no more of them than it needs.

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;

GRANT DELETE ON sessions TO app_worker;
GRANT SELECT, INSERT, UPDATE ON sessions TO app_auth;
GRANT SELECT (
    id, user_id, rotated_at, expires_at, revoked_at, ip_address, user_agent, created_at
) ON sessions TO app_reader;
GRANT SELECT (
    id, user_id, rotated_at, expires_at, revoked_at, revoked_reason, ip_address, user_agent, created_at
) ON sessions TO app_user;
GRANT UPDATE (revoked_at, revoked_reason) ON sessions TO app_user;
GRANT SELECT (id, expires_at, revoked_at) ON sessions TO app_worker;

CREATE POLICY read ON sessions FOR SELECT TO app_reader, app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY change ON sessions FOR UPDATE TO app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY auth ON sessions FOR ALL TO app_auth USING (true);

-- Kept for a month, to answer who was signed in.
CREATE POLICY leftover ON sessions FOR ALL TO app_worker
    USING (least(expires_at, revoked_at) < now() - interval '30 days');

-- For app.session_caller() and app.remove_member().
CREATE POLICY definer ON sessions FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON sessions FOR UPDATE TO CURRENT_USER USING (true);
