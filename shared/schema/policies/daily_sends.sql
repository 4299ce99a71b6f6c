-- Kept by the platform alone.

ALTER TABLE daily_sends ENABLE ROW LEVEL SECURITY;
ALTER TABLE daily_sends FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON daily_sends TO app_worker;

CREATE POLICY worker ON daily_sends FOR ALL TO app_worker USING (true);
