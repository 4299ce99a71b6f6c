-- How much of a deposit a transaction of this kind uses up: it is applied to the balance, returned, or goes on to the
-- contract's renewal, which gains it.
CREATE OR REPLACE FUNCTION app.deposit_used_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'DEPOSIT_APPLIED' THEN $2
                   WHEN 'DEPOSIT_RETURNED' THEN $2
                   WHEN 'DEPOSIT_TRANSFER_OUT' THEN $2
                   WHEN 'DEPOSIT_TRANSFER_IN' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.deposit_used_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.deposit_used_by(text, numeric) TO app_reader, app_user, app_worker;
