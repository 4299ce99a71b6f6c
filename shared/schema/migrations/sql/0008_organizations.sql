-- Organizations: members who come and go, invitations, and brokers who bid for clients.

-- The logo is linked to; nothing was ever stored under a key.
ALTER TABLE organizations RENAME COLUMN logo_key TO logo_url;
REVOKE UPDATE ON organizations FROM app_user;
GRANT UPDATE (name, legal_name, address, tax_id, logo_url, signature_provider, requires_authorization, updated_at)
    ON organizations TO app_user;

CREATE TABLE invitations (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    invited_by UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accepted_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT invitations_pkey PRIMARY KEY (id),
    CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT invitations_token_hash_key UNIQUE (token_hash),
    CONSTRAINT invitations_email_check CHECK (char_length(email) <= 255),
    CONSTRAINT invitations_role_check CHECK (role IN ('OWNER', 'CLIENT', 'BROKER', 'AGENT', 'FINANCIAL_OFFICER'))
);
CREATE INDEX invitations_page_idx ON invitations (organization_id, id);

-- `client_id` is the person who stands for the client in the bids placed under it. The two parties are names as they
-- were: neither side may read the other's users.
CREATE TABLE mandates (
    id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    client_id UUID NOT NULL,
    broker_id UUID NOT NULL,
    client_party JSONB NOT NULL,
    broker_party JSONB NOT NULL,
    valid_until DATE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT mandates_pkey PRIMARY KEY (id),
    CONSTRAINT mandates_client_organization_id_fkey FOREIGN KEY (client_organization_id)
        REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT mandates_client_id_fkey FOREIGN KEY (client_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT mandates_broker_id_fkey FOREIGN KEY (broker_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT mandates_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT mandates_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX mandates_one_per_broker ON mandates (client_organization_id, broker_id) WHERE revoked_at IS NULL;
CREATE INDEX mandates_client_idx ON mandates (client_organization_id, id);
CREATE INDEX mandates_broker_idx ON mandates (broker_id, id);

-- The broker who acted on a bid for the client, and its name as the owner's side reads it.
ALTER TABLE bids
    ADD COLUMN broker_id UUID,
    ADD COLUMN broker_party JSONB,
    ADD CONSTRAINT bids_broker_id_fkey FOREIGN KEY (broker_id) REFERENCES users (id) ON DELETE RESTRICT NOT VALID;
GRANT UPDATE (broker_id, broker_party) ON bids TO app_user;

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
ALTER TABLE mandates ENABLE ROW LEVEL SECURITY;
ALTER TABLE mandates FORCE ROW LEVEL SECURITY;

-- The hash of a token is for whoever checks tokens.
GRANT SELECT (id, organization_id, email, role, invited_by, expires_at, accepted_at, revoked_at, created_at)
    ON invitations TO app_reader, app_user, app_worker;
GRANT UPDATE (revoked_at) ON invitations TO app_user;
GRANT SELECT, INSERT, UPDATE ON invitations TO app_auth;
CREATE POLICY read ON invitations FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));
CREATE POLICY change ON invitations FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY worker ON invitations FOR SELECT TO app_worker USING (true);
CREATE POLICY auth ON invitations FOR ALL TO app_auth USING (true);

GRANT SELECT ON mandates TO app_reader, app_user, app_worker;
GRANT INSERT, UPDATE (revoked_at, updated_at, updated_by) ON mandates TO app_user;
CREATE POLICY read ON mandates FOR SELECT TO app_reader, app_user
    USING (client_organization_id = (SELECT app.organization_id())
        OR broker_id = (SELECT app.user_id())
        OR (SELECT app.reads_all()));
CREATE POLICY add ON mandates FOR INSERT TO app_user
    WITH CHECK (client_organization_id = (SELECT app.organization_id()));
CREATE POLICY change ON mandates FOR UPDATE TO app_user
    USING (client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY worker ON mandates FOR SELECT TO app_worker USING (true);

CREATE POLICY definer ON mandates FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON mandates FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer ON organizations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer ON invitations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON invitations FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON bids FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON users FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON sessions FOR UPDATE TO CURRENT_USER USING (true);

-- The organizations that a broker acts for, by mandates that stand. Their last day is counted in UTC: no building's
-- time zone is theirs.
CREATE FUNCTION app.represented() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT CASE
        WHEN app.role() = 'BROKER' THEN ARRAY(
            SELECT m.client_organization_id
            FROM public.mandates AS m
            WHERE m.broker_id = app.user_id()
              AND m.revoked_at IS NULL
              AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
        )
        ELSE '{}'
    END
$$;

-- Whether the caller is a broker of that organization: then its mandate cannot be revoked before the transaction's end.
CREATE FUNCTION app.lock_mandate(organization_id uuid) RETURNS boolean
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

-- Who stands on the client's side of a bid that the caller places for that organization, and what its papers say of
-- it; no row where the caller may not act for it.
CREATE FUNCTION app.client_of(organization_id uuid) RETURNS TABLE (user_id uuid, party jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id,
           jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                              'legal_name', coalesce(o.legal_name, o.name), 'address', o.address,
                              'tax_id', o.tax_id)
    FROM public.organizations AS o
    JOIN public.users AS u ON u.id = CASE
        WHEN o.id = app.organization_id() THEN app.user_id()
        WHEN o.id = ANY (app.represented()) THEN (
            SELECT m.client_id
            FROM public.mandates AS m
            WHERE m.client_organization_id = o.id AND m.broker_id = app.user_id() AND m.revoked_at IS NULL
        )
    END
    WHERE o.id = $1
$$;

-- A broker by the id that it gave to a client: its name and its organization's. No row for anybody else's id.
CREATE FUNCTION app.broker(user_id uuid) RETURNS TABLE (id uuid, party jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id,
           jsonb_build_object('id', u.id, 'name', u.name, 'organization', coalesce(o.legal_name, o.name))
    FROM public.users AS u
    JOIN public.organizations AS o ON o.id = u.organization_id
    WHERE u.id = $1 AND u.role = 'BROKER' AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND app.role() IS NOT NULL
$$;

-- What the two sides' papers say of them today; for one of them, or the platform.
CREATE FUNCTION app.letterheads(owner_organization_id uuid, client_organization_id uuid)
RETURNS TABLE (owner jsonb, client jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT jsonb_build_object('legal_name', coalesce(o.legal_name, o.name), 'address', o.address, 'tax_id', o.tax_id),
           jsonb_build_object('legal_name', coalesce(c.legal_name, c.name), 'address', c.address, 'tax_id', c.tax_id)
    FROM public.organizations AS o, public.organizations AS c
    WHERE o.id = $1 AND c.id = $2
      AND (app.organization_id() IN ($1, $2) OR app.is_admin() OR app.role() = 'WORKER')
$$;

-- A person leaves the caller's organization: the account ends, with its sessions, its invitations and the mandates that
-- it was given; what it stood for (buildings, open bids on either side, mandates) goes to the caller. What was signed,
-- agreed or written stays as it is. How many sessions have ended.
CREATE FUNCTION app.remove_member(leaver uuid, reason text) RETURNS integer
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

REVOKE ALL ON FUNCTION
    app.represented(), app.lock_mandate(uuid), app.client_of(uuid), app.broker(uuid), app.letterheads(uuid, uuid),
    app.remove_member(uuid, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.represented() TO app_reader, app_user;
GRANT EXECUTE ON FUNCTION
    app.lock_mandate(uuid), app.client_of(uuid), app.broker(uuid), app.remove_member(uuid, text)
    TO app_user;
GRANT EXECUTE ON FUNCTION app.letterheads(uuid, uuid) TO app_user, app_worker;

-- A broker reads its clients' deals and money, and acts on their bids; it signs nothing for them.
DO $represented$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'bids', 'bid_versions', 'contracts', 'documents', 'signatures',
        'payments', 'payment_transactions', 'invoices'
    ] LOOP
        EXECUTE format($policy$
            CREATE POLICY represent ON %I FOR SELECT TO app_reader, app_user
                USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]))
        $policy$, name);
    END LOOP;
    -- Accepting a counter-offer makes the contract.
    FOREACH name IN ARRAY ARRAY['bids', 'bid_versions', 'contracts'] LOOP
        EXECUTE format($policy$
            CREATE POLICY represent_add ON %I FOR INSERT TO app_user
                WITH CHECK (client_organization_id = ANY ((SELECT app.represented())::uuid[]))
        $policy$, name);
    END LOOP;
END
$represented$;
CREATE POLICY represent_change ON bids FOR UPDATE TO app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

CREATE OR REPLACE FUNCTION app.hold_space(space_id uuid, contract_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    UPDATE public.spaces AS s
    SET availability_status = 'RESERVED',
        held_by_contract_id = $2,
        updated_at = now(),
        updated_by = app.user_id()
    WHERE s.id = $1
      AND s.availability_status = 'AVAILABLE'
      AND s.deleted_at IS NULL
      AND (
          s.owner_organization_id = app.organization_id()
          OR app.is_admin()
          OR EXISTS (
              SELECT
              FROM public.bids AS b
              WHERE b.space_id = s.id
                AND (b.client_organization_id = app.organization_id()
                     OR b.client_organization_id = ANY (app.represented()))
                AND b.status IN ('COUNTER_OFFERED', 'APPROVED')
          )
      );
    RETURN FOUND;
END
$$;
