-- What no rule asks for any more may be deleted, by the nightly sweep alone; what that is, the policies say.

GRANT DELETE ON sessions, user_tokens, login_attempts, rate_windows, idempotency_keys, work_items, outbox, inbox
    TO app_worker;

-- Tables that the platform's workers do not see: nothing but leftovers, and of these no more than their keys and dates.

GRANT SELECT (id, expires_at, revoked_at) ON sessions TO app_worker;
GRANT SELECT (id, expires_at) ON user_tokens TO app_worker;
GRANT SELECT (email_hash, updated_at, locked_until) ON login_attempts TO app_worker;
GRANT SELECT (subject_hash, updated_at) ON rate_windows TO app_worker;
GRANT SELECT (user_id, key, created_at) ON idempotency_keys TO app_worker;

-- A month is for whoever asks who was signed in.
CREATE POLICY leftover ON sessions FOR ALL TO app_worker
    USING (least(expires_at, revoked_at) < now() - interval '30 days');
CREATE POLICY leftover ON user_tokens FOR ALL TO app_worker
    USING (expires_at < now() - interval '7 days');
-- The longest window is an hour, the longest lock a quarter of one.
CREATE POLICY leftover ON login_attempts FOR ALL TO app_worker
    USING (updated_at < now() - interval '1 day' AND (locked_until IS NULL OR locked_until < now()));
CREATE POLICY leftover ON rate_windows FOR ALL TO app_worker
    USING (updated_at < now() - interval '1 day');
-- A key holds for 24 hours.
CREATE POLICY leftover ON idempotency_keys FOR ALL TO app_worker
    USING (created_at < now() - interval '2 days');

-- Tables that they work on: a wall in front of what is still needed.

-- Events can come again for 30 days from the bus's archive, for 14 from a dead-letter queue. A consumer that keeps
-- order finds in the outbox what it has missed; and a row of the inbox must outlive its event there, or the event
-- would seem to have been missed.
CREATE POLICY leftover ON outbox AS RESTRICTIVE FOR DELETE TO app_worker
    USING (published_at < now() - interval '60 days');
CREATE POLICY leftover ON inbox AS RESTRICTIVE FOR DELETE TO app_worker
    USING (handled_at < now() - interval '90 days');
-- The work itself leaves its mark on what it was done for; within a year it may be asked about.
CREATE POLICY leftover ON work_items AS RESTRICTIVE FOR DELETE TO app_worker
    USING (done_at < now() - interval '400 days');
