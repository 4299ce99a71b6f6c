-- The conversations that both the caller and somebody else are in.
CREATE OR REPLACE FUNCTION app.conversations_with(user_id uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT ARRAY(
        SELECT own.conversation_id
        FROM public.conversation_participants AS own
        JOIN public.conversation_participants AS theirs ON theirs.conversation_id = own.conversation_id
        WHERE own.user_id = app.user_id() AND theirs.user_id = $1 AND $1 <> app.user_id()
    )
$$;

REVOKE ALL ON FUNCTION app.conversations_with(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.conversations_with(uuid) TO app_reader, app_user;
