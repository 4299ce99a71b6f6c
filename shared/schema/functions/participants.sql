-- Who is in these conversations, under the names that they have or had; for whoever is in them, and for staff.
CREATE OR REPLACE FUNCTION app.participants(conversation_ids uuid[])
RETURNS TABLE (
    conversation_id uuid, id uuid, name text, company text, profile_image text, has_left boolean, has_blocked boolean
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT p.conversation_id, u.id, u.name, u.company, u.avatar_url, u.deleted_at IS NOT NULL,
           EXISTS (SELECT FROM public.user_blocks AS k WHERE k.blocker_id = u.id AND k.blocked_id = app.user_id())
    FROM public.conversation_participants AS p
    JOIN public.users AS u ON u.id = p.user_id
    WHERE p.conversation_id = ANY ($1)
      AND (app.reads_all()
        OR EXISTS (SELECT FROM public.conversation_participants AS own
                   WHERE own.conversation_id = p.conversation_id AND own.user_id = app.user_id()))
    ORDER BY p.joined_at, p.user_id
$$;

REVOKE ALL ON FUNCTION app.participants(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.participants(uuid[]) TO app_reader, app_user;
