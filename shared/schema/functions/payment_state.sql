-- The state of a payment on a day, from the amounts owed and paid. `status` says only whether it was cancelled.
CREATE OR REPLACE FUNCTION app.payment_state(status text, owed numeric, paid numeric, due_date date, today date)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN $1 = 'CANCELLED' THEN 'CANCELLED'
                WHEN $3 = $2 THEN 'PAID'
                WHEN $4 > $5 THEN 'SCHEDULED'
                WHEN $4 = $5 THEN 'DUE'
                ELSE 'OVERDUE' END
$$;

REVOKE ALL ON FUNCTION app.payment_state(text, numeric, numeric, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.payment_state(text, numeric, numeric, date, date) TO app_reader, app_user, app_worker;
