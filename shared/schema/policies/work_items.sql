-- What the platform's day jobs have done.

ALTER TABLE work_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_items FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON work_items TO app_worker;

CREATE POLICY worker ON work_items FOR ALL TO app_worker USING (true);

-- The work itself shows on the rows that it was done for; questions about it may arise within a year.
CREATE POLICY leftover ON work_items AS RESTRICTIVE FOR DELETE TO app_worker
    USING (done_at < now() - interval '400 days');
