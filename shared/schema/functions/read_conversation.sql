-- The caller has read a conversation up to a message: their place moves on, never back, and what everybody else has read
-- by then is read. No row where the caller is not in the conversation, or the message is not; `moved` says whether
-- anything has changed.
CREATE OR REPLACE FUNCTION app.read_conversation(conversation_id uuid, message_id uuid) RETURNS TABLE (moved boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
DECLARE
    up_to bigint;
BEGIN
    -- Of two who read at once, one sees how far the other has come.
    PERFORM FROM public.conversations AS c WHERE c.id = $1 FOR UPDATE;
    SELECT m.seq INTO up_to
    FROM public.messages AS m
    JOIN public.conversation_participants AS p ON p.conversation_id = m.conversation_id AND p.user_id = app.user_id()
    WHERE m.id = $2 AND m.conversation_id = $1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE public.conversation_participants AS p
    SET read_seq = up_to, read_at = now()
    WHERE p.conversation_id = $1 AND p.user_id = app.user_id() AND p.read_seq < up_to;
    moved := FOUND;
    UPDATE public.messages AS m
    SET read_at = now()
    WHERE moved AND m.conversation_id = $1 AND m.seq <= up_to AND m.read_at IS NULL AND m.sender_id <> app.user_id()
      AND NOT EXISTS (
          SELECT FROM public.conversation_participants AS p
          JOIN public.users AS u ON u.id = p.user_id
          WHERE p.conversation_id = $1 AND p.user_id <> m.sender_id AND p.read_seq < m.seq AND u.deleted_at IS NULL
      );
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION app.read_conversation(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.read_conversation(uuid, uuid) TO app_user;
