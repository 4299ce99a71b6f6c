-- Takes the sixth migration back.

DROP POLICY leftover ON sessions;
DROP POLICY leftover ON user_tokens;
DROP POLICY leftover ON login_attempts;
DROP POLICY leftover ON rate_windows;
DROP POLICY leftover ON idempotency_keys;
DROP POLICY leftover ON outbox;
DROP POLICY leftover ON inbox;
DROP POLICY leftover ON work_items;
REVOKE SELECT (id, expires_at, revoked_at) ON sessions FROM app_worker;
REVOKE SELECT (id, expires_at) ON user_tokens FROM app_worker;
REVOKE SELECT (email_hash, updated_at, locked_until) ON login_attempts FROM app_worker;
REVOKE SELECT (subject_hash, updated_at) ON rate_windows FROM app_worker;
REVOKE SELECT (user_id, key, created_at) ON idempotency_keys FROM app_worker;
REVOKE DELETE ON sessions, user_tokens, login_attempts, rate_windows, idempotency_keys, work_items, outbox, inbox
    FROM app_worker;
