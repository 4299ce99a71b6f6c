-- Removes the caller's IP addresses and devices from the audit log: the account ends, its entries stay.
CREATE OR REPLACE FUNCTION app.forget_traces() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    UPDATE public.audit_logs AS a SET ip_address = NULL, user_agent = NULL
    WHERE a.user_id = app.user_id() AND (a.ip_address IS NOT NULL OR a.user_agent IS NOT NULL)
$$;

REVOKE ALL ON FUNCTION app.forget_traces() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forget_traces() TO app_auth;
