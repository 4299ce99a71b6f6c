-- The caller of a session; no row once it is revoked or expired, or its user is deleted or suspended.
-- Role and organization come from here at every request, never from a token's claims.
CREATE OR REPLACE FUNCTION app.session_caller(id uuid)
RETURNS TABLE (
    user_id uuid, organization_id uuid, role text, email text, email_verified boolean, status text,
    session_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id, u.role, u.email, u.email_verified, u.status, s.id
    FROM public.sessions AS s
    JOIN public.users AS u ON u.id = s.user_id
    WHERE s.id = $1
      AND s.revoked_at IS NULL
      AND s.expires_at > now()
      AND u.status = 'ACTIVE'
      AND u.deleted_at IS NULL
$$;

REVOKE ALL ON FUNCTION app.session_caller(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.session_caller(uuid) TO app_reader, app_user, app_worker, app_auth;
