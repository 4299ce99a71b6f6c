-- The caller of an open socket; no row once the connection or its session has ended.
CREATE OR REPLACE FUNCTION app.connection_caller(connection_id text)
RETURNS TABLE (
    user_id uuid, organization_id uuid, role text, email text, email_verified boolean, status text,
    session_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT caller.*
    FROM public.connections AS c
    CROSS JOIN LATERAL app.session_caller(c.session_id) AS caller
    WHERE c.connection_id = $1
      AND c.expires_at > now()
$$;

REVOKE ALL ON FUNCTION app.connection_caller(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.connection_caller(text) TO app_reader, app_user, app_worker, app_auth;
