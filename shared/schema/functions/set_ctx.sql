-- Sets the caller until the end of the transaction; afterwards each setting reads '', not NULL.
CREATE OR REPLACE FUNCTION app.set_ctx(user_id uuid, organization_id uuid, role text) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    SELECT set_config('app.user_id', coalesce($1::text, ''), true),
           set_config('app.organization_id', coalesce($2::text, ''), true),
           set_config('app.role', coalesce($3, ''), true)
$$;

REVOKE ALL ON FUNCTION app.set_ctx(uuid, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.set_ctx(uuid, uuid, text) TO app_reader, app_user, app_worker, app_auth;
