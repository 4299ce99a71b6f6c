-- Removes a user from the caller's organization: the account ends, with its sessions, its invitations and the mandates
-- that it holds; what the user was responsible for (buildings, open bids on either side, mandates given, a tenant's
-- tickets, a contractor's invitations to quote) goes to the caller. What was signed, agreed or written stays as it is. Returns how many sessions have ended.
CREATE OR REPLACE FUNCTION app.remove_member(leaver uuid, reason text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    successor public.users;
    ended integer;
BEGIN
    UPDATE public.users AS u
    SET deleted_at = now(), updated_at = now(), updated_by = app.user_id()
    WHERE u.id = $1 AND u.organization_id = app.organization_id() AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT u.* INTO STRICT successor FROM public.users AS u WHERE u.id = app.user_id();

    -- Mandates before bids, as brokers lock them.
    UPDATE public.mandates AS m
    SET client_id = successor.id,
        client_party = m.client_party || jsonb_build_object('id', successor.id, 'name', successor.name)
    WHERE m.client_id = $1;
    UPDATE public.mandates AS m
    SET revoked_at = app.now(), updated_at = now(), updated_by = successor.id
    WHERE m.broker_id = $1 AND m.revoked_at IS NULL;

    UPDATE public.buildings AS b
    SET owner_id = successor.id, updated_at = clock_timestamp(), updated_by = successor.id
    WHERE b.owner_id = $1;

    UPDATE public.bids AS b
    SET owner_id = CASE WHEN b.owner_id = $1 THEN successor.id ELSE b.owner_id END,
        client_id = CASE WHEN b.client_id = $1 THEN successor.id ELSE b.client_id END,
        client_party = CASE
            WHEN b.client_id = $1
            THEN b.client_party || jsonb_build_object('user_id', successor.id, 'name', successor.name,
                                                      'email', successor.email)
            ELSE b.client_party
        END
    WHERE b.status IN ('PENDING', 'COUNTER_OFFERED') AND $1 IN (b.owner_id, b.client_id);

    UPDATE public.tickets AS t SET client_id = successor.id WHERE t.client_id = $1 AND t.status <> 'CLOSED';
    UPDATE public.ticket_invitations AS i
    SET contractor_id = successor.id,
        contractor_party = i.contractor_party || jsonb_build_object('name', successor.name)
    WHERE i.contractor_id = $1;

    UPDATE public.invitations AS i SET revoked_at = now()
    WHERE i.invited_by = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL;

    UPDATE public.sessions AS s SET revoked_at = now(), revoked_reason = $2
    WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > now();
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;

REVOKE ALL ON FUNCTION app.remove_member(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.remove_member(uuid, text) TO app_user;
