-- Everything that the caller was responsible for goes to `heir`, who manages the same organization, or to nobody:
-- buildings, open bids on either side, mandates that they gave, tickets that they reported. Mandates that they held end, as do their invitations;
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

    UPDATE public.tickets AS t
    SET client_id = CASE WHEN t.client_id = person AND t.status <> 'CLOSED'
                         THEN coalesce(successor.id, person) ELSE t.client_id END,
        reporter = CASE WHEN t.reported_by = person
                        THEN t.reporter || '{"name": "Former user", "phone": null}' ELSE t.reporter END,
        client_party = CASE WHEN t.client_id = person THEN t.client_party || '{"name": "Former user"}'
                            ELSE t.client_party END,
        contractor_party = CASE WHEN t.contractor_id = person THEN t.contractor_party || '{"name": "Former user"}'
                                ELSE t.contractor_party END
    WHERE person IN (t.client_id, t.reported_by, t.contractor_id);

    UPDATE public.ticket_invitations AS i
    SET contractor_id = coalesce(successor.id, person),
        contractor_party = i.contractor_party
            || jsonb_build_object('name', coalesce(successor.name, 'Former user'))
    WHERE i.contractor_id = person;

    UPDATE public.ticket_quotes AS q SET contractor_party = q.contractor_party || '{"name": "Former user"}'
    WHERE q.contractor_id = person;

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
