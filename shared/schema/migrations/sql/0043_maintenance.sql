-- Maintenance tickets, and contractors.

ALTER TABLE organizations ADD COLUMN maintenance_hours JSONB;
GRANT UPDATE (maintenance_hours) ON organizations TO app_user;

ALTER TABLE invitations DROP CONSTRAINT invitations_role_check;
ALTER TABLE invitations ADD CONSTRAINT invitations_role_check
    CHECK (role IN ('OWNER', 'CLIENT', 'BROKER', 'AGENT', 'FINANCIAL_OFFICER', 'CONTRACTOR')) NOT VALID;

CREATE TABLE ticket_counters (
    organization_id UUID NOT NULL,
    last_number INTEGER NOT NULL,
    CONSTRAINT ticket_counters_pkey PRIMARY KEY (organization_id),
    CONSTRAINT ticket_counters_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE TABLE tickets (
    id UUID NOT NULL,
    number INTEGER NOT NULL,
    owner_organization_id UUID NOT NULL,
    building_id UUID NOT NULL,
    space_id UUID,
    client_organization_id UUID,
    client_id UUID,
    reported_by UUID,
    reporter JSONB,
    client_party JSONB,
    premises JSONB NOT NULL,
    contractor_organization_id UUID,
    contractor_id UUID,
    contractor_party JSONB,
    accepted_at TIMESTAMP WITH TIME ZONE,
    title VARCHAR(255) NOT NULL,
    description TEXT NOT NULL,
    priority TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT DEFAULT 'OPEN' NOT NULL,
    file_ids UUID[] DEFAULT '{}' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    replied_at TIMESTAMP WITH TIME ZONE,
    resolved_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT tickets_pkey PRIMARY KEY (id),
    CONSTRAINT tickets_priority_check CHECK (priority IN ('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
    CONSTRAINT tickets_category_check CHECK (category IN ('PLUMBING', 'ELECTRICAL', 'HVAC', 'APPLIANCE', 'OTHER')),
    CONSTRAINT tickets_status_check CHECK (status IN ('OPEN', 'IN_PROGRESS', 'RESOLVED', 'CLOSED')),
    CONSTRAINT tickets_number_check CHECK (number > 0),
    CONSTRAINT tickets_client_check CHECK (num_nonnulls(client_organization_id, client_id, client_party) IN (0, 3)),
    CONSTRAINT tickets_contractor_check CHECK (num_nonnulls(contractor_organization_id, contractor_id, contractor_party) IN (0, 3)),
    CONSTRAINT tickets_accepted_check CHECK (accepted_at IS NULL OR contractor_id IS NOT NULL),
    CONSTRAINT tickets_closed_check CHECK ((status = 'CLOSED') = (closed_at IS NOT NULL)),
    CONSTRAINT tickets_resolved_check CHECK (status <> 'RESOLVED' OR resolved_at IS NOT NULL),
    CONSTRAINT tickets_building_id_fkey FOREIGN KEY(building_id, owner_organization_id) REFERENCES buildings (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT tickets_space_id_fkey FOREIGN KEY(space_id, building_id, owner_organization_id) REFERENCES spaces (id, building_id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT tickets_owner_organization_id_number_key UNIQUE (owner_organization_id, number),
    CONSTRAINT tickets_owner_key UNIQUE (id, owner_organization_id),
    CONSTRAINT tickets_client_organization_id_fkey FOREIGN KEY(client_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_client_id_fkey FOREIGN KEY(client_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_reported_by_fkey FOREIGN KEY(reported_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_contractor_organization_id_fkey FOREIGN KEY(contractor_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_contractor_id_fkey FOREIGN KEY(contractor_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT tickets_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX tickets_building_id_idx ON tickets (building_id);

CREATE INDEX tickets_client_page_idx ON tickets (client_organization_id, created_at DESC, id DESC);

CREATE INDEX tickets_contractor_page_idx ON tickets (contractor_organization_id, created_at DESC, id DESC);

CREATE INDEX tickets_due_idx ON tickets (due_at) WHERE status IN ('OPEN', 'IN_PROGRESS');

CREATE INDEX tickets_file_ids_idx ON tickets USING gin (file_ids);

CREATE INDEX tickets_newest_idx ON tickets (created_at DESC, id DESC);

CREATE INDEX tickets_owner_page_idx ON tickets (owner_organization_id, created_at DESC, id DESC);

CREATE INDEX tickets_resolved_idx ON tickets (resolved_at) WHERE status = 'RESOLVED';

CREATE INDEX tickets_space_id_idx ON tickets (space_id);

CREATE TABLE ticket_threads (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    side TEXT NOT NULL,
    message TEXT NOT NULL,
    file_ids UUID[] DEFAULT '{}' NOT NULL,
    is_internal BOOLEAN DEFAULT false NOT NULL,
    is_inquiry BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT ticket_threads_pkey PRIMARY KEY (id),
    CONSTRAINT ticket_threads_side_check CHECK (side IN ('OWNER', 'CLIENT', 'CONTRACTOR')),
    CONSTRAINT ticket_threads_internal_check CHECK (NOT is_internal OR side = 'OWNER'),
    CONSTRAINT ticket_threads_inquiry_check CHECK (NOT is_inquiry OR side = 'CONTRACTOR'),
    CONSTRAINT ticket_threads_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT ticket_threads_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_threads_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ticket_threads_file_ids_idx ON ticket_threads USING gin (file_ids);

CREATE INDEX ticket_threads_ticket_id_created_at_idx ON ticket_threads (ticket_id, created_at);

CREATE TABLE ticket_history (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    user_id UUID,
    side TEXT,
    contractor_organization_id UUID,
    action TEXT NOT NULL,
    reason VARCHAR(500),
    changes JSONB DEFAULT '[]'::jsonb NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT ticket_history_pkey PRIMARY KEY (id),
    CONSTRAINT ticket_history_side_check CHECK (side IN ('OWNER', 'CLIENT', 'CONTRACTOR')),
    CONSTRAINT ticket_history_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT ticket_history_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_history_contractor_organization_id_fkey FOREIGN KEY(contractor_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT
);

CREATE INDEX ticket_history_ticket_id_created_at_idx ON ticket_history (ticket_id, created_at);

CREATE TABLE ticket_invitations (
    ticket_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    contractor_organization_id UUID NOT NULL,
    contractor_id UUID NOT NULL,
    contractor_party JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT ticket_invitations_pkey PRIMARY KEY (ticket_id, contractor_organization_id),
    CONSTRAINT ticket_invitations_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT ticket_invitations_contractor_organization_id_fkey FOREIGN KEY(contractor_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_invitations_contractor_id_fkey FOREIGN KEY(contractor_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ticket_invitations_contractor_organization_id_idx ON ticket_invitations (contractor_organization_id);

CREATE TABLE ticket_quotes (
    id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    contractor_organization_id UUID NOT NULL,
    contractor_id UUID NOT NULL,
    contractor_party JSONB NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    notes TEXT,
    file_ids UUID[] DEFAULT '{}' NOT NULL,
    status TEXT DEFAULT 'OPEN' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT ticket_quotes_pkey PRIMARY KEY (id),
    CONSTRAINT ticket_quotes_amount_check CHECK (amount > 0),
    CONSTRAINT ticket_quotes_status_check CHECK (status IN ('OPEN', 'ACCEPTED', 'DECLINED')),
    CONSTRAINT ticket_quotes_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT ticket_quotes_contractor_organization_id_fkey FOREIGN KEY(contractor_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_quotes_contractor_id_fkey FOREIGN KEY(contractor_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_quotes_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_quotes_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ticket_quotes_contractor_organization_id_idx ON ticket_quotes (contractor_organization_id);

CREATE INDEX ticket_quotes_file_ids_idx ON ticket_quotes USING gin (file_ids);

CREATE UNIQUE INDEX ticket_quotes_one_accepted ON ticket_quotes (ticket_id) WHERE status = 'ACCEPTED';

CREATE INDEX ticket_quotes_ticket_id_idx ON ticket_quotes (ticket_id);

CREATE TABLE ticket_ratings (
    ticket_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    contractor_organization_id UUID,
    user_id UUID NOT NULL,
    stars INTEGER NOT NULL,
    comment TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT ticket_ratings_pkey PRIMARY KEY (ticket_id),
    CONSTRAINT ticket_ratings_stars_check CHECK (stars BETWEEN 1 AND 5),
    CONSTRAINT ticket_ratings_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT ticket_ratings_client_organization_id_fkey FOREIGN KEY(client_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_ratings_contractor_organization_id_fkey FOREIGN KEY(contractor_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT ticket_ratings_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX ticket_ratings_contractor_organization_id_idx ON ticket_ratings (contractor_organization_id);

CREATE TABLE contractor_profiles (
    organization_id UUID NOT NULL,
    trades JSONB DEFAULT '[]'::jsonb NOT NULL,
    service_area JSONB,
    license_number VARCHAR(100),
    insurance_document_id UUID,
    insurance_expires_on DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT contractor_profiles_pkey PRIMARY KEY (organization_id),
    CONSTRAINT contractor_profiles_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT contractor_profiles_insurance_document_id_fkey FOREIGN KEY(insurance_document_id) REFERENCES files (id) ON DELETE RESTRICT,
    CONSTRAINT contractor_profiles_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT contractor_profiles_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX contractor_profiles_insurance_idx ON contractor_profiles (insurance_expires_on);

-- Gives a new ticket its owner's next number. The counter's row is locked until the transaction ends, so that numbers
-- have no gaps.
CREATE OR REPLACE FUNCTION app.number_ticket() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    INSERT INTO public.ticket_counters AS c (organization_id, last_number)
    VALUES (NEW.owner_organization_id, 1)
    ON CONFLICT (organization_id) DO UPDATE SET last_number = c.last_number + 1
    RETURNING c.last_number INTO NEW.number;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.number_ticket() FROM PUBLIC;

CREATE OR REPLACE TRIGGER tickets_numbered BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION app.number_ticket();

-- The place that a ticket of the caller's may be about: a building of their own or a space in it; a space that they lease
-- now, or the building of one. No row for any other.
CREATE OR REPLACE FUNCTION app.ticket_place(building_id uuid, space_id uuid)
RETURNS TABLE (owner_organization_id uuid, premises jsonb, hours jsonb, is_leased boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT b.owner_organization_id,
           jsonb_build_object(
               'building', jsonb_build_object('id', b.id, 'name', b.name, 'address', b.address, 'timezone', b.timezone),
               'floor_number', f.floor_number,
               'space', CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.name) END),
           o.maintenance_hours, leased.now
    FROM public.buildings AS b
    JOIN public.organizations AS o ON o.id = b.owner_organization_id
    LEFT JOIN public.spaces AS s ON s.id = $2 AND s.building_id = b.id
    LEFT JOIN public.floors AS f ON f.id = s.floor_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM public.contracts AS c
            WHERE c.building_id = b.id AND ($2 IS NULL OR c.space_id = $2) AND c.status = 'ACTIVE'
              AND c.client_organization_id = app.organization_id()
        ) AS now
    ) AS leased
    WHERE b.id = $1 AND ($2 IS NULL OR s.id IS NOT NULL)
      AND (leased.now
        OR ((b.owner_organization_id = app.organization_id() OR app.is_admin())
            AND b.deleted_at IS NULL AND s.deleted_at IS NULL))
$$;

REVOKE ALL ON FUNCTION app.ticket_place(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.ticket_place(uuid, uuid) TO app_user;

-- Whether the caller may open a ticket about the place, which belongs to that organization.
CREATE OR REPLACE FUNCTION app.may_report(building_id uuid, space_id uuid, owner_organization_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM app.ticket_place($1, $2) AS p WHERE p.owner_organization_id = $3)
$$;

REVOKE ALL ON FUNCTION app.may_report(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.may_report(uuid, uuid, uuid) TO app_user;

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

-- Within how many hours an organization's tickets are due, by priority; null for the platform's own. A tenant who reopens one
-- may not read the owner's organization.
CREATE OR REPLACE FUNCTION app.maintenance_hours(organization_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT o.maintenance_hours FROM public.organizations AS o WHERE o.id = $1 AND app.role() IS NOT NULL
$$;

REVOKE ALL ON FUNCTION app.maintenance_hours(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.maintenance_hours(uuid) TO app_user;

-- Nobody's but the trigger's on tickets.

ALTER TABLE ticket_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_counters FORCE ROW LEVEL SECURITY;

-- For app.number_ticket().
CREATE POLICY definer ON ticket_counters FOR ALL TO CURRENT_USER USING (true);

-- The owner's side asks; each contractor sees that they were asked, and not who else was.

ALTER TABLE ticket_invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_invitations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_invitations TO app_reader, app_worker;
GRANT SELECT, INSERT, DELETE ON ticket_invitations TO app_user;

CREATE POLICY read ON ticket_invitations FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_invitations FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY remove ON ticket_invitations FOR DELETE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON ticket_invitations FOR SELECT TO app_worker USING (true);

-- For app.remove_member() and app.forget_person().
CREATE POLICY definer ON ticket_invitations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON ticket_invitations FOR UPDATE TO CURRENT_USER USING (true);

-- The owner's side, the tenant who reported it, the contractor who is assigned and those who were asked for a quote.

ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;

GRANT SELECT ON tickets TO app_reader;
GRANT SELECT, INSERT ON tickets TO app_user, app_worker;
GRANT UPDATE (
    contractor_organization_id, contractor_id, contractor_party, accepted_at, title, description, priority, category,
    status, opened_at, due_at, replied_at, resolved_at, closed_at, updated_at, updated_by
) ON tickets TO app_user, app_worker;

CREATE POLICY read ON tickets FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR EXISTS (SELECT FROM ticket_invitations AS i
                   WHERE i.ticket_id = tickets.id
                     AND i.contractor_organization_id = (SELECT app.organization_id()))
        OR (SELECT app.reads_all()));

-- Whoever leases a space reports what is wrong in it.
CREATE POLICY add ON tickets FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR (client_organization_id = (SELECT app.organization_id())
            AND (SELECT app.may_report(tickets.building_id, tickets.space_id, tickets.owner_organization_id)))
        OR (SELECT app.is_admin()));

CREATE POLICY change ON tickets FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()))
    WITH CHECK (true);

CREATE POLICY worker ON tickets FOR ALL TO app_worker USING (true);

-- For app.remove_member() and app.forget_person(), which hand on what somebody did, or forget their name.
CREATE POLICY definer ON tickets FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON tickets FOR UPDATE TO CURRENT_USER USING (true);

-- What is internal is for the owner's side alone. A contractor hears the owner's side and the tenant, and no other
-- contractor; one who was only asked for a quote does not hear the tenant, nor the tenant them.

ALTER TABLE ticket_threads ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_threads FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_threads TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_threads TO app_user;

CREATE POLICY read ON ticket_threads FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all())
        OR (NOT is_internal
            AND EXISTS (SELECT FROM tickets AS t
                        WHERE t.id = ticket_threads.ticket_id
                          AND (ticket_threads.organization_id = (SELECT app.organization_id())
                            OR ticket_threads.side = 'OWNER'
                            OR (t.client_organization_id = (SELECT app.organization_id())
                                AND NOT ticket_threads.is_inquiry)
                            OR (t.contractor_organization_id = (SELECT app.organization_id())
                                AND ticket_threads.side = 'CLIENT')))));

CREATE POLICY add ON ticket_threads FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND organization_id = (SELECT app.organization_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_threads.ticket_id)
        AND (NOT is_internal OR owner_organization_id = organization_id OR (SELECT app.is_admin())));

CREATE POLICY worker ON ticket_threads FOR SELECT TO app_worker USING (true);

-- The owner's side and the tenant; the contractor who is assigned, but for what is about other contractors; who was asked
-- for a quote, what is about themselves.

ALTER TABLE ticket_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_history FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_history TO app_reader;
GRANT SELECT, INSERT ON ticket_history TO app_user, app_worker;

CREATE POLICY read ON ticket_history FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR EXISTS (SELECT FROM tickets AS t
                   WHERE t.id = ticket_history.ticket_id
                     AND (t.client_organization_id = (SELECT app.organization_id())
                       OR (t.contractor_organization_id = (SELECT app.organization_id())
                           AND ticket_history.contractor_organization_id IS NULL))));

CREATE POLICY add ON ticket_history FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_history.ticket_id));

CREATE POLICY worker ON ticket_history FOR ALL TO app_worker USING (true);

-- The owner's side, and the contractor who made it.

ALTER TABLE ticket_quotes ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_quotes FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_quotes TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_quotes TO app_user;
GRANT UPDATE (status, updated_at, updated_by) ON ticket_quotes TO app_user;

CREATE POLICY read ON ticket_quotes FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_quotes FOR INSERT TO app_user
    WITH CHECK (contractor_organization_id = (SELECT app.organization_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_quotes.ticket_id));

CREATE POLICY change ON ticket_quotes FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON ticket_quotes FOR SELECT TO app_worker USING (true);

-- For app.forget_person().
CREATE POLICY definer ON ticket_quotes FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_remove ON ticket_quotes FOR UPDATE TO CURRENT_USER USING (true);

-- The tenant rates; owners see of a contractor's ratings what app.contractors() says.

ALTER TABLE ticket_ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_ratings FORCE ROW LEVEL SECURITY;

GRANT SELECT ON ticket_ratings TO app_reader, app_worker;
GRANT SELECT, INSERT ON ticket_ratings TO app_user;

CREATE POLICY read ON ticket_ratings FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR contractor_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON ticket_ratings FOR INSERT TO app_user
    WITH CHECK ((client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))
        AND user_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM tickets AS t WHERE t.id = ticket_ratings.ticket_id));

CREATE POLICY worker ON ticket_ratings FOR SELECT TO app_worker USING (true);

-- For app.contractors().
CREATE POLICY definer ON ticket_ratings FOR SELECT TO CURRENT_USER USING (true);

-- One organization's own; owners see of it what app.contractors() says.

ALTER TABLE contractor_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE contractor_profiles FORCE ROW LEVEL SECURITY;

GRANT SELECT ON contractor_profiles TO app_reader, app_worker;
GRANT SELECT, INSERT ON contractor_profiles TO app_user;
GRANT UPDATE (
    trades, service_area, license_number, insurance_document_id, insurance_expires_on, updated_at, updated_by
) ON contractor_profiles TO app_user;

CREATE POLICY read ON contractor_profiles FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON contractor_profiles FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()));

CREATE POLICY change ON contractor_profiles FOR UPDATE TO app_user
    USING (organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON contractor_profiles FOR SELECT TO app_worker USING (true);

-- For app.contractors().
CREATE POLICY definer ON contractor_profiles FOR SELECT TO CURRENT_USER USING (true);

-- Contractors of every organization, for owners and their agents, who choose among them: one row a person, with what their
-- organization says of itself and how tenants have rated it.
CREATE OR REPLACE FUNCTION app.contractors()
RETURNS TABLE (
    id uuid, organization_id uuid, name text, organization text, trades jsonb, service_area jsonb,
    license_number text, insured_until date, has_profile boolean, is_first boolean, rating numeric, ratings bigint
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id, u.name, coalesce(o.legal_name, o.name), coalesce(p.trades, '[]'), p.service_area,
           p.license_number, p.insurance_expires_on, p.organization_id IS NOT NULL,
           row_number() OVER (PARTITION BY u.organization_id ORDER BY u.id) = 1, rated.rating, rated.ratings
    FROM public.users AS u
    JOIN public.organizations AS o ON o.id = u.organization_id
    LEFT JOIN public.contractor_profiles AS p ON p.organization_id = u.organization_id
    CROSS JOIN LATERAL (
        SELECT round(avg(r.stars), 2) AS rating, count(*) AS ratings
        FROM public.ticket_ratings AS r
        WHERE r.contractor_organization_id = u.organization_id
    ) AS rated
    WHERE u.role = 'CONTRACTOR' AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND app.role() IN ('OWNER', 'AGENT', 'SUPPORT', 'SUPER_ADMIN')
$$;

REVOKE ALL ON FUNCTION app.contractors() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.contractors() TO app_reader, app_user;

-- What is attached to a ticket is seen by whoever sees what it is attached to; not by the platform's own staff.
CREATE POLICY attached ON files FOR SELECT TO app_reader, app_user
    USING (purpose = 'TICKET_ATTACHMENT'
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])));

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
