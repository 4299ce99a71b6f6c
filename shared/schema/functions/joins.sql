-- Whether the caller may add people to a conversation: they began it or are in it, or it is about their side's object.
CREATE OR REPLACE FUNCTION app.joins(conversation_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM public.conversations AS c
        WHERE c.id = $1
          AND (c.created_by = app.user_id()
            OR app.organization_id() IN (c.owner_organization_id, c.client_organization_id)
            OR c.client_organization_id = ANY (app.represented())
            OR EXISTS (SELECT FROM public.conversation_participants AS p
                       WHERE p.conversation_id = c.id AND p.user_id = app.user_id()))
    )
$$;

REVOKE ALL ON FUNCTION app.joins(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.joins(uuid) TO app_user;
