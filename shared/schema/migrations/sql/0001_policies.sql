-- Row-level security: the wall that stands even where a query forgets its WHERE.
--
-- Context is read in scalar subqueries, so that it is evaluated once for a statement and the
-- comparison stays an index condition. Without context each of them is NULL or false: no row.
-- app_reader and app_user act for a caller; app_worker and app_auth act for the platform and are
-- confined by their grants.

DO $force$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END
$force$;
ALTER TABLE app.clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.clock FORCE ROW LEVEL SECURITY;

-- people

CREATE POLICY read ON organizations FOR SELECT TO app_reader, app_user
    USING (id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));
CREATE POLICY change ON organizations FOR UPDATE TO app_user
    USING (id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY read ON users FOR SELECT TO app_reader, app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.reads_all()));
CREATE POLICY change ON users FOR UPDATE TO app_user
    USING (id = (SELECT app.user_id()));

-- inventory: what is listed is public to whoever has a role, ANONYMOUS included; the owner also
-- sees what is not listed, and what it has deleted, because its contracts still name it.

CREATE POLICY read ON buildings FOR SELECT TO app_reader, app_user
    USING ((deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));
CREATE POLICY add ON buildings FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY change ON buildings FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY read ON floors FOR SELECT TO app_reader, app_user
    USING ((deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));
CREATE POLICY add ON floors FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY change ON floors FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY read ON spaces FOR SELECT TO app_reader, app_user
    USING ((is_leasable AND deleted_at IS NULL AND (SELECT app.role()) IS NOT NULL)
        OR owner_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));
CREATE POLICY add ON spaces FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY change ON spaces FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

-- deals and money: either side's organization reads

DO $both_sides$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'bids', 'bid_versions', 'contracts', 'documents', 'signatures',
        'payments', 'payment_transactions', 'invoices'
    ] LOOP
        EXECUTE format($policy$
            CREATE POLICY read ON %I FOR SELECT TO app_reader, app_user
                USING (owner_organization_id = (SELECT app.organization_id())
                    OR client_organization_id = (SELECT app.organization_id())
                    OR (SELECT app.reads_all()))
        $policy$, name);
    END LOOP;
END
$both_sides$;

-- A client bids; an owner answers with a version, a client revises with one.
CREATE POLICY add ON bids FOR INSERT TO app_user
    WITH CHECK (client_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY change ON bids FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));
CREATE POLICY add ON bid_versions FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));

-- The owner approves, or the client accepts a counter-offer: either makes the contract.
CREATE POLICY add ON contracts FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));
CREATE POLICY change ON contracts FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));

-- A download that comes before the queue stores the document, whichever side asked for it.
CREATE POLICY add ON documents FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.is_admin()));

-- Nobody signs for the other side, or in another person's name.
CREATE POLICY add ON signatures FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id())
        AND ((side = 'CLIENT' AND client_organization_id = (SELECT app.organization_id()))
            OR (side IN ('OWNER', 'ADMIN') AND owner_organization_id = (SELECT app.organization_id()))
            OR (SELECT app.is_admin())));

-- Only the creditor's side says that money has come.
CREATE POLICY change ON payments FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY add ON payment_transactions FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY add ON invoices FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY own ON invoice_counters FOR ALL TO app_user
    USING (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

-- one person's own

CREATE POLICY read ON notifications FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id()));
CREATE POLICY change ON notifications FOR UPDATE TO app_user
    USING (user_id = (SELECT app.user_id()));
CREATE POLICY own ON idempotency_keys FOR ALL TO app_user
    USING (user_id = (SELECT app.user_id()));

-- bookkeeping: written by all, in nobody else's name

CREATE POLICY read ON audit_logs FOR SELECT TO app_reader, app_user
    USING ((SELECT app.reads_all())
        OR (organization_id = (SELECT app.organization_id()) AND (SELECT app.role()) = 'OWNER'));
CREATE POLICY add ON audit_logs FOR INSERT TO app_user
    WITH CHECK ((SELECT app.role()) IS NOT NULL
        AND (user_id IS NULL OR user_id = (SELECT app.user_id())));
CREATE POLICY add ON outbox FOR INSERT TO app_user
    WITH CHECK ((SELECT app.role()) IS NOT NULL
        AND (actor IS NULL OR actor = (SELECT app.user_id())));

-- the platform's own roles: every row of the tables that their grants name

DO $platform$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'organizations', 'users', 'buildings', 'floors', 'spaces', 'bids', 'bid_versions', 'contracts',
        'documents', 'signatures', 'payments', 'payment_transactions', 'invoices', 'invoice_counters',
        'notifications', 'connections', 'audit_logs', 'outbox', 'inbox'
    ] LOOP
        EXECUTE format('CREATE POLICY worker ON %I FOR ALL TO app_worker USING (true)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'organizations', 'users', 'sessions', 'user_tokens', 'login_attempts', 'connections',
        'idempotency_keys', 'audit_logs', 'outbox'
    ] LOOP
        EXECUTE format('CREATE POLICY auth ON %I FOR ALL TO app_auth USING (true)', name);
    END LOOP;
END
$platform$;

CREATE POLICY read ON app.clock FOR SELECT TO app_reader, app_user, app_worker, app_auth USING (true);

-- FORCE binds the owner too, which on Aurora is no superuser: it may do what the SECURITY DEFINER
-- functions do for a caller, and no more.

CREATE POLICY definer ON sessions FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer ON users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer ON connections FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer ON bids FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer ON spaces FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_hold ON spaces FOR UPDATE TO CURRENT_USER USING (true);
CREATE POLICY definer ON app.clock FOR ALL TO CURRENT_USER USING (true);
