-- Accounts: second factors, tickets for sockets, identities at other providers, accounts that end.

-- The 30 seconds of the last code that was taken: no code is taken twice, and none from before it.
ALTER TABLE users ADD COLUMN two_factor_step BIGINT;

ALTER TABLE user_tokens
    ADD COLUMN session_id UUID,
    ADD COLUMN attempts INTEGER DEFAULT 0 NOT NULL,
    DROP CONSTRAINT user_tokens_purpose_check,
    ADD CONSTRAINT user_tokens_purpose_check CHECK (
        purpose IN ('EMAIL_VERIFICATION', 'PASSWORD_RESET', 'SECOND_FACTOR', 'SOCKET', 'OAUTH')
    ) NOT VALID;

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL,
    code_hash TEXT NOT NULL,
    spent_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT recovery_codes_code_hash_check CHECK (code_hash ~ '^[0-9a-f]{64}$')
);

CREATE TABLE oauth_identities (
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT oauth_identities_pkey PRIMARY KEY (provider, subject),
    CONSTRAINT oauth_identities_user_id_provider_key UNIQUE (user_id, provider),
    CONSTRAINT oauth_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT oauth_identities_provider_check CHECK (provider IN ('google', 'linkedin'))
);

ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes FORCE ROW LEVEL SECURITY;
ALTER TABLE oauth_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_identities FORCE ROW LEVEL SECURITY;

-- Secrets of login: no caller sees them, and nobody else's role.
CREATE POLICY auth ON recovery_codes FOR ALL TO app_auth USING (true);
CREATE POLICY auth ON oauth_identities FOR ALL TO app_auth USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes TO app_auth;
GRANT SELECT, INSERT, DELETE ON oauth_identities TO app_auth;

-- A person lists its own sessions and ends them; their tokens' hashes stay with whoever checks tokens.
GRANT SELECT (id, user_id, ip_address, user_agent, created_at, rotated_at, expires_at, revoked_at)
    ON sessions TO app_reader, app_user;
GRANT SELECT (revoked_reason), UPDATE (revoked_at, revoked_reason) ON sessions TO app_user;
CREATE POLICY read ON sessions FOR SELECT TO app_reader, app_user USING (user_id = (SELECT app.user_id()));
CREATE POLICY change ON sessions FOR UPDATE TO app_user USING (user_id = (SELECT app.user_id()));

-- Only of the organization at hand, as app.obligations() asks for no other.
CREATE POLICY definer ON contracts FOR SELECT TO CURRENT_USER
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id()));
CREATE POLICY definer ON payments FOR SELECT TO CURRENT_USER
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id()));
CREATE POLICY definer ON floors FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_close ON floors FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer_close ON organizations FOR UPDATE TO CURRENT_USER USING (true);

-- What hangs on the caller's own organization and needs somebody to look after it.
CREATE FUNCTION app.obligations() RETURNS TABLE (live_contracts boolean, open_bids boolean, unpaid_payments boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM public.contracts AS c
                   WHERE app.organization_id() IN (c.owner_organization_id, c.client_organization_id)
                     AND c.status IN ('DRAFT', 'PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')),
           EXISTS (SELECT FROM public.bids AS b
                   WHERE app.organization_id() IN (b.owner_organization_id, b.client_organization_id)
                     AND b.status IN ('PENDING', 'COUNTER_OFFERED')),
           EXISTS (SELECT FROM public.payments AS p
                   WHERE app.organization_id() IN (p.owner_organization_id, p.client_organization_id)
                     AND p.status IN ('SCHEDULED', 'DUE', 'OVERDUE'))
$$;

-- The last one has left: what the organization offered is offered no more. Nobody could answer a bid.
CREATE FUNCTION app.close_organization() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    UPDATE public.spaces AS s SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE s.owner_organization_id = app.organization_id() AND s.deleted_at IS NULL;

    UPDATE public.floors AS f SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE f.owner_organization_id = app.organization_id() AND f.deleted_at IS NULL;

    UPDATE public.buildings AS b SET deleted_at = now(), updated_at = clock_timestamp(), updated_by = app.user_id()
    WHERE b.owner_organization_id = app.organization_id() AND b.deleted_at IS NULL;

    -- Who gave no company's name at registration gave its own.
    UPDATE public.organizations AS o
    SET deleted_at = now(), updated_at = clock_timestamp(),
        name = CASE WHEN o.name = u.name THEN 'Former organization' ELSE o.name END
    FROM public.users AS u
    WHERE o.id = app.organization_id() AND u.id = app.user_id();
$$;

-- Whatever the caller stood for goes to `heir`, who looks after the same organization, or to nobody: buildings, open bids
-- on either side, mandates that it gave. Mandates that it held end, as do its invitations; its name and address go from
-- all that did not become a contract. What was signed, agreed or paid keeps them.
CREATE FUNCTION app.forget_person(heir uuid) RETURNS void
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

REVOKE ALL ON FUNCTION app.obligations(), app.close_organization(), app.forget_person(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.obligations(), app.close_organization(), app.forget_person(uuid) TO app_auth;
