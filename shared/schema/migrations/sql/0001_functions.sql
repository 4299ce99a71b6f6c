-- The caller's context, the business clock, and the few doors through row-level security.

-- The context dies with the transaction. Afterwards a setting reads '', not NULL.
CREATE FUNCTION app.set_ctx(user_id uuid, organization_id uuid, role text) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    SELECT set_config('app.user_id', coalesce($1::text, ''), true),
           set_config('app.organization_id', coalesce($2::text, ''), true),
           set_config('app.role', coalesce($3, ''), true)
$$;

CREATE FUNCTION app.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

CREATE FUNCTION app.organization_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$;

CREATE FUNCTION app.role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.role', true), '') $$;

CREATE FUNCTION app.is_admin() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('app.role', true) = 'SUPER_ADMIN', false) $$;

CREATE FUNCTION app.reads_all() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('app.role', true) IN ('SUPER_ADMIN', 'SUPPORT'), false) $$;

-- Due, overdue, start, expiry and holds read this clock; tokens and sessions read now().
CREATE FUNCTION app.now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT now() + make_interval(hours => 24 * (SELECT offset_days FROM app.clock)) $$;

CREATE FUNCTION app.today(tz text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (app.now() AT TIME ZONE $1)::date $$;

-- Who is behind a session; no row once it is revoked or over, or its user is gone or suspended.
-- Role and organization come from here at every request, never from a token's claims.
CREATE FUNCTION app.session_caller(id uuid)
RETURNS TABLE (
    user_id uuid, organization_id uuid, role text, email text, email_verified boolean, status text,
    session_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id, u.role, u.email, u.email_verified, u.status, s.id
    FROM public.sessions AS s
    JOIN public.users AS u ON u.id = s.user_id
    WHERE s.id = $1
      AND s.revoked_at IS NULL
      AND s.expires_at > now()
      AND u.status = 'ACTIVE'
      AND u.deleted_at IS NULL
$$;

CREATE FUNCTION app.connection_caller(connection_id text)
RETURNS TABLE (
    user_id uuid, organization_id uuid, role text, email text, email_verified boolean, status text,
    session_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT caller.*
    FROM public.connections AS c
    CROSS JOIN LATERAL app.session_caller(c.session_id) AS caller
    WHERE c.connection_id = $1
      AND c.expires_at > now()
$$;

-- Locks a space until the end of the transaction, for a client who may see but not change it:
-- a bid and an approval of the same space then happen one after the other.
-- False: no such space, or none that the caller may see.
CREATE FUNCTION app.lock_space(space_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    PERFORM
    FROM public.spaces AS s
    WHERE s.id = $1
      AND s.deleted_at IS NULL
      AND app.role() IS NOT NULL
      AND (s.is_leasable OR s.owner_organization_id = app.organization_id() OR app.is_admin())
    FOR UPDATE;
    RETURN FOUND;
END
$$;

-- Reserves an available space for a contract; false when somebody else was first.
-- The owner's side may, and a client whose own bid on the space is being turned into a contract.
CREATE FUNCTION app.hold_space(space_id uuid, contract_id uuid) RETURNS boolean
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
                AND b.client_organization_id = app.organization_id()
                AND b.status IN ('COUNTER_OFFERED', 'APPROVED')
          )
      );
    RETURN FOUND;
END
$$;

-- History is never edited: corrections are new rows.
CREATE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_logs_immutable BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER bid_versions_immutable BEFORE UPDATE OR DELETE ON bid_versions
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER signatures_immutable BEFORE UPDATE OR DELETE ON signatures
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER payment_transactions_immutable BEFORE UPDATE OR DELETE ON payment_transactions
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER invoices_immutable BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
-- A document that nobody signed may go with its deal; none may change.
CREATE TRIGGER documents_immutable BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

INSERT INTO app.clock (offset_days) VALUES (0);
