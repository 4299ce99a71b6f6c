-- The caller's organization gives back a ticket that it was assigned and has not accepted: from then on it does not see it.
CREATE OR REPLACE FUNCTION app.decline_ticket(ticket_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    UPDATE public.tickets AS t
    SET contractor_organization_id = NULL, contractor_id = NULL, contractor_party = NULL,
        updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE t.id = $1 AND t.contractor_organization_id = app.organization_id() AND t.accepted_at IS NULL;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION app.decline_ticket(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.decline_ticket(uuid) TO app_user;
