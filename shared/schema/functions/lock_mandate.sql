-- Whether the caller is a broker of that organization: then its mandate cannot be revoked before the transaction's end.
CREATE OR REPLACE FUNCTION app.lock_mandate(organization_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM
    FROM public.mandates AS m
    WHERE app.role() = 'BROKER'
      AND m.client_organization_id = $1
      AND m.broker_id = app.user_id()
      AND m.revoked_at IS NULL
      AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
    FOR SHARE;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION app.lock_mandate(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.lock_mandate(uuid) TO app_user;
