-- How much of its payment a transaction of this kind settles.
CREATE OR REPLACE FUNCTION app.settled_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'PAYMENT' THEN $2
                   WHEN 'APPLIED' THEN $2
                   WHEN 'FREED' THEN -$2
                   WHEN 'OPENING_BALANCE' THEN $2
                   WHEN 'OPENING_FREED' THEN -$2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.settled_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.settled_by(text, numeric) TO app_reader, app_user, app_worker;
