-- How much of its payment a transaction of this kind writes off: that much is no longer expected to come.
CREATE OR REPLACE FUNCTION app.written_off_by(kind text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE $1 WHEN 'WRITE_OFF' THEN $2
                   ELSE 0 END
$$;

REVOKE ALL ON FUNCTION app.written_off_by(text, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.written_off_by(text, numeric) TO app_reader, app_user, app_worker;
