-- How much money a transaction of this kind brings in; below zero, how much goes out.
CREATE OR REPLACE FUNCTION app.received_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN $2
                   WHEN 'CREDIT' THEN $2
                   WHEN 'REFUND' THEN -$2
                   WHEN 'DEPOSIT_RETURNED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.received_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.received_by(text, numeric) TO app_reader, app_user, app_worker;
