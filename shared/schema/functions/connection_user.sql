-- Who is on an open socket; NULL once the connection or its session has ended.
CREATE OR REPLACE FUNCTION app.connection_user(connection_id text) RETURNS uuid
LANGUAGE sql STABLE
AS $$
    SELECT caller.user_id FROM app.connection_caller($1) AS caller
$$;

REVOKE ALL ON FUNCTION app.connection_user(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.connection_user(text) TO app_user;
