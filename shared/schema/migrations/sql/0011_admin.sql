-- Administration: notes about users, reads that are written down, and seals on the audit log.

CREATE TABLE support_notes (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT support_notes_pkey PRIMARY KEY (id),
    CONSTRAINT support_notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT support_notes_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE RESTRICT
);
CREATE INDEX support_notes_page_idx ON support_notes (user_id, id);

-- Each seal's hash is over the one before and every entry between their moments.
CREATE TABLE audit_seals (
    number BIGINT NOT NULL,
    sealed_until TIMESTAMP WITH TIME ZONE NOT NULL,
    entries BIGINT NOT NULL,
    hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT audit_seals_pkey PRIMARY KEY (number),
    CONSTRAINT audit_seals_sealed_until_key UNIQUE (sealed_until),
    CONSTRAINT audit_seals_hash_check CHECK (hash ~ '^[0-9a-f]{64}$')
);
CREATE TRIGGER audit_seals_immutable BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

ALTER TABLE support_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_notes FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;

GRANT SELECT ON support_notes TO app_reader, app_user;
GRANT SELECT, INSERT ON support_notes TO app_auth;
GRANT INSERT ON support_notes TO app_user;
CREATE POLICY read ON support_notes FOR SELECT TO app_reader, app_user USING ((SELECT app.reads_all()));
CREATE POLICY add ON support_notes FOR INSERT TO app_user
    WITH CHECK ((SELECT app.reads_all()) AND author_id = (SELECT app.user_id()));
CREATE POLICY auth ON support_notes FOR ALL TO app_auth USING (true);

GRANT SELECT ON audit_logs TO app_worker;
GRANT SELECT, INSERT ON audit_seals TO app_worker;
CREATE POLICY worker ON audit_seals FOR ALL TO app_worker USING (true);

-- What the platform's own people read is written down by the reader itself: the one row that it may write.
GRANT INSERT ON audit_logs TO app_reader;
CREATE POLICY add_read ON audit_logs FOR INSERT TO app_reader
    WITH CHECK ((SELECT app.reads_all()) AND user_id = (SELECT app.user_id()));

-- An account that ends takes along where it came from, and nothing else of any entry ever changes.
CREATE FUNCTION app.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.ip_address IS NULL AND NEW.user_agent IS NULL
       AND to_jsonb(NEW) - '{ip_address,user_agent}'::text[] = to_jsonb(OLD) - '{ip_address,user_agent}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE OR REPLACE TRIGGER audit_logs_immutable BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION app.refuse_audit_change();

CREATE POLICY definer_forget ON audit_logs FOR ALL TO CURRENT_USER USING (user_id = (SELECT app.user_id()));

CREATE FUNCTION app.forget_traces() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    UPDATE public.audit_logs AS a SET ip_address = NULL, user_agent = NULL
    WHERE a.user_id = app.user_id() AND (a.ip_address IS NOT NULL OR a.user_agent IS NOT NULL)
$$;

-- Whether an organization has anything to look after besides this one user; for administrators.
CREATE POLICY definer_admin ON contracts FOR SELECT TO CURRENT_USER USING ((SELECT app.is_admin()));

CREATE FUNCTION app.has_something(organization_id uuid, besides uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT app.is_admin() AND (
        EXISTS (SELECT FROM public.users AS u
                WHERE u.organization_id = $1 AND u.id <> $2 AND u.deleted_at IS NULL)
        OR EXISTS (SELECT FROM public.buildings AS b WHERE b.owner_organization_id = $1 AND b.deleted_at IS NULL)
        OR EXISTS (SELECT FROM public.bids AS b WHERE $1 IN (b.owner_organization_id, b.client_organization_id))
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE $1 IN (c.owner_organization_id, c.client_organization_id))
    )
$$;

REVOKE ALL ON FUNCTION app.refuse_audit_change(), app.forget_traces(), app.has_something(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.forget_traces(), app.has_something(uuid, uuid) TO app_auth;
