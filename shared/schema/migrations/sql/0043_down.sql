-- Takes the forty-third migration back.

DROP POLICY attached ON files;

-- Removes a user from the caller's organization: the account ends, with its sessions, its invitations and the mandates
-- that it holds; what the user was responsible for (buildings, open bids on either side, mandates given) goes to the
-- caller. What was signed, agreed or written stays as it is. Returns how many sessions have ended.
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

-- Everything that the caller was responsible for goes to `heir`, who manages the same organization, or to nobody:
-- buildings, open bids on either side, mandates that they gave. Mandates that they held end, as do their invitations;
-- their name and address are removed from everything that did not become a contract. What was signed, agreed or paid
-- keeps them.
CREATE OR REPLACE FUNCTION app.forget_person(heir uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    person constant uuid := app.user_id();
    successor public.users;
    named jsonb := '{"name": "Former user"}';
    addressed jsonb := '{"name": "Former user", "email": null}';
BEGIN
    SELECT u.* INTO successor FROM public.users AS u
    WHERE u.id = $1 AND u.organization_id = app.organization_id() AND u.deleted_at IS NULL;
    IF FOUND THEN
        named := jsonb_build_object('id', successor.id, 'name', successor.name);
        addressed := jsonb_build_object('user_id', successor.id, 'name', successor.name, 'email', successor.email);
    END IF;

    -- Mandates before bids, as brokers lock them.
    UPDATE public.mandates AS m
    SET client_id = CASE WHEN m.client_id = person THEN coalesce(successor.id, person) ELSE m.client_id END,
        client_party = CASE WHEN m.client_id = person THEN m.client_party || named ELSE m.client_party END,
        broker_party = CASE WHEN m.broker_id = person
                            THEN m.broker_party || '{"name": "Former user"}' ELSE m.broker_party END,
        revoked_at = CASE WHEN m.broker_id = person OR successor.id IS NULL
                          THEN coalesce(m.revoked_at, app.now()) ELSE m.revoked_at END,
        updated_at = now()
    WHERE person IN (m.client_id, m.broker_id);

    UPDATE public.buildings AS b
    SET owner_id = successor.id, updated_at = clock_timestamp(), updated_by = person
    WHERE b.owner_id = person AND successor.id IS NOT NULL;

    UPDATE public.bids AS b
    SET owner_id = successor.id
    WHERE b.owner_id = person AND b.status IN ('PENDING', 'COUNTER_OFFERED') AND successor.id IS NOT NULL;

    UPDATE public.bids AS b
    SET client_id = successor.id, client_party = b.client_party || addressed
    WHERE b.client_id = person AND b.status IN ('PENDING', 'COUNTER_OFFERED') AND successor.id IS NOT NULL;

    UPDATE public.bids AS b
    SET client_party = CASE WHEN b.client_id = person
                            THEN b.client_party || '{"name": "Former user", "email": null}' ELSE b.client_party END,
        owner_party = CASE WHEN b.owner_id = person
                           THEN b.owner_party || '{"name": "Former user", "email": null}' ELSE b.owner_party END,
        broker_party = CASE WHEN b.broker_id = person
                            THEN b.broker_party || '{"name": "Former user"}' ELSE b.broker_party END
    WHERE person IN (b.client_id, b.owner_id, b.broker_id) AND b.status <> 'APPROVED';

    UPDATE public.invitations AS i
    SET email = CASE WHEN lower(i.email) = lower(u.email) THEN i.id || '@former.invalid' ELSE i.email END,
        revoked_at = CASE WHEN i.accepted_at IS NULL THEN coalesce(i.revoked_at, now()) ELSE i.revoked_at END
    FROM public.users AS u
    WHERE u.id = person
      AND (lower(i.email) = lower(u.email) OR (i.invited_by = person AND i.accepted_at IS NULL));
END
$$;

REVOKE ALL ON FUNCTION app.forget_person(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forget_person(uuid) TO app_auth;

DROP FUNCTION app.contractors();
DROP FUNCTION app.decline_ticket(uuid);
DROP FUNCTION app.maintenance_hours(uuid);

DROP TABLE contractor_profiles, ticket_ratings, ticket_quotes, ticket_threads, ticket_history, ticket_invitations, tickets,
    ticket_counters;

DROP FUNCTION app.number_ticket();
DROP FUNCTION app.may_report(uuid, uuid, uuid);
DROP FUNCTION app.ticket_place(uuid, uuid);

DELETE FROM invitations WHERE role = 'CONTRACTOR';
ALTER TABLE invitations DROP CONSTRAINT invitations_role_check;
ALTER TABLE invitations ADD CONSTRAINT invitations_role_check
    CHECK (role IN ('OWNER', 'CLIENT', 'BROKER', 'AGENT', 'FINANCIAL_OFFICER')) NOT VALID;
ALTER TABLE organizations DROP COLUMN maintenance_hours;
