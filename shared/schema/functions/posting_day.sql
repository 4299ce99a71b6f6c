-- The day on which the owner's books have a document of that day: its own day if its month is open, else the first day of
-- the first open month. Until the transaction ends, nobody closes a month: who closes one waits for what is being posted
-- (shared/journal/periods.py), and what comes after it finds the month closed.
CREATE OR REPLACE FUNCTION app.posting_day(owner_organization_id uuid, document_day date) RETURNS date
LANGUAGE plpgsql
AS $$
DECLARE
    first_open date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('books ' || $1, 0));
    SELECT b.open_from INTO first_open FROM books AS b WHERE b.organization_id = $1;
    RETURN greatest($2, first_open);
END
$$;

REVOKE ALL ON FUNCTION app.posting_day(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.posting_day(uuid, date) TO app_user, app_worker;
