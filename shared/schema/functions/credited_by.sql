-- How much a transaction of this kind adds to its contract's remaining credit.
CREATE OR REPLACE FUNCTION app.credited_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'CREDIT' THEN $2
                   WHEN 'FREED' THEN $2
                   WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'TRANSFER_IN' THEN $2
                   WHEN 'TRANSFER_OUT' THEN -$2
                   WHEN 'REFUND' THEN -$2
                   WHEN 'APPLIED' THEN -$2
                   WHEN 'OPENING_CREDIT' THEN $2
                   WHEN 'OPENING_FREED' THEN $2
                   WHEN 'RECLAIM' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.credited_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credited_by(text, numeric) TO app_reader, app_user, app_worker;
