-- Conversations and their messages, who is in them and has read them, blocks and reports.

CREATE TABLE conversations (
    id UUID NOT NULL,
    context_type TEXT,
    context_id UUID,
    owner_organization_id UUID,
    client_organization_id UUID,
    first_id UUID,
    second_id UUID,
    subject VARCHAR(255),
    last_seq BIGINT DEFAULT '0' NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT conversations_pkey PRIMARY KEY (id),
    CONSTRAINT conversations_context_type_check CHECK (context_type IN ('SPACE', 'BID', 'CONTRACT')),
    CONSTRAINT conversations_context_check CHECK (num_nonnulls(context_type, context_id, owner_organization_id, client_organization_id) IN (0, 4)),
    CONSTRAINT conversations_pair_check CHECK (num_nonnulls(first_id, second_id) = CASE WHEN context_type IS NULL THEN 2 ELSE 0 END AND first_id < second_id),
    CONSTRAINT conversations_first_id_second_id_key UNIQUE (first_id, second_id),
    CONSTRAINT conversations_context_key UNIQUE (context_type, context_id, client_organization_id),
    CONSTRAINT conversations_owner_organization_id_fkey FOREIGN KEY(owner_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT conversations_client_organization_id_fkey FOREIGN KEY(client_organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT conversations_first_id_fkey FOREIGN KEY(first_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT conversations_second_id_fkey FOREIGN KEY(second_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT conversations_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX conversations_client_organization_id_idx ON conversations (client_organization_id);

CREATE INDEX conversations_created_by_created_at_idx ON conversations (created_by, created_at);

CREATE INDEX conversations_owner_organization_id_idx ON conversations (owner_organization_id);

CREATE INDEX conversations_second_id_idx ON conversations (second_id);

CREATE TABLE conversation_participants (
    conversation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    read_seq BIGINT DEFAULT '0' NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    joined_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT conversation_participants_pkey PRIMARY KEY (conversation_id, user_id),
    CONSTRAINT conversation_participants_conversation_id_fkey FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE RESTRICT,
    CONSTRAINT conversation_participants_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX conversation_participants_user_id_idx ON conversation_participants (user_id);

CREATE TABLE messages (
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    sender_id UUID NOT NULL,
    subject VARCHAR(255),
    content TEXT,
    is_admin_intervention BOOLEAN DEFAULT false NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    taken_back_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT messages_pkey PRIMARY KEY (id),
    CONSTRAINT messages_content_check CHECK ((content IS NULL) = (taken_back_at IS NOT NULL)),
    CONSTRAINT messages_conversation_id_seq_key UNIQUE (conversation_id, seq),
    CONSTRAINT messages_conversation_id_fkey FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE RESTRICT,
    CONSTRAINT messages_sender_id_fkey FOREIGN KEY(sender_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX messages_sender_id_idx ON messages (sender_id);

CREATE TABLE user_blocks (
    blocker_id UUID NOT NULL,
    blocked_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT user_blocks_pkey PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT user_blocks_other_check CHECK (blocker_id <> blocked_id),
    CONSTRAINT user_blocks_blocker_id_fkey FOREIGN KEY(blocker_id) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT user_blocks_blocked_id_fkey FOREIGN KEY(blocked_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX user_blocks_blocked_id_idx ON user_blocks (blocked_id);

CREATE TABLE message_reports (
    id UUID NOT NULL,
    message_id UUID NOT NULL,
    reporter_id UUID NOT NULL,
    reason VARCHAR(500) NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT message_reports_pkey PRIMARY KEY (id),
    CONSTRAINT message_reports_message_id_reporter_id_key UNIQUE (message_id, reporter_id),
    CONSTRAINT message_reports_message_id_fkey FOREIGN KEY(message_id) REFERENCES messages (id) ON DELETE RESTRICT,
    CONSTRAINT message_reports_reporter_id_fkey FOREIGN KEY(reporter_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX message_reports_page_idx ON message_reports (created_at DESC, id DESC);

CREATE INDEX message_reports_reporter_id_idx ON message_reports (reporter_id);

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

-- People see where they are themselves; who else is there is answered by app.participants().

ALTER TABLE conversation_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_participants FORCE ROW LEVEL SECURITY;

GRANT SELECT ON conversation_participants TO app_reader, app_worker;
GRANT SELECT, INSERT ON conversation_participants TO app_user;

CREATE POLICY read ON conversation_participants FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON conversation_participants FOR INSERT TO app_user
    WITH CHECK ((SELECT app.joins(conversation_participants.conversation_id)));

CREATE POLICY worker ON conversation_participants FOR SELECT TO app_worker USING (true);

-- For app.joins(), app.participants(), app.conversations_with() and app.read_conversation().
CREATE POLICY definer ON conversation_participants FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_read ON conversation_participants FOR UPDATE TO CURRENT_USER USING (true);

-- Whoever is in a conversation sees it, and both sides' organizations see which ones there are about their objects: a
-- colleague joins the one that exists. What was written in it is for its participants alone.

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON conversations TO app_reader, app_worker;
GRANT SELECT, INSERT ON conversations TO app_user;
GRANT UPDATE (last_seq, updated_at) ON conversations TO app_user;

CREATE POLICY read ON conversations FOR SELECT TO app_reader, app_user
    USING (created_by = (SELECT app.user_id())
        OR EXISTS (SELECT FROM conversation_participants AS p
                   WHERE p.conversation_id = conversations.id AND p.user_id = (SELECT app.user_id()))
        OR owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR client_organization_id = ANY ((SELECT app.represented())::uuid[])
        OR (SELECT app.reads_all()));

CREATE POLICY add ON conversations FOR INSERT TO app_user
    WITH CHECK (created_by = (SELECT app.user_id()));

CREATE POLICY change ON conversations FOR UPDATE TO app_user
    USING (EXISTS (SELECT FROM conversation_participants AS p
                   WHERE p.conversation_id = conversations.id AND p.user_id = (SELECT app.user_id()))
        OR owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR client_organization_id = ANY ((SELECT app.represented())::uuid[])
        OR (SELECT app.reads_all()));

CREATE POLICY worker ON conversations FOR SELECT TO app_worker USING (true);

-- For app.correspondent(), app.joins() and app.read_conversation().
CREATE POLICY definer ON conversations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_read ON conversations FOR UPDATE TO CURRENT_USER USING (true);

-- The participants of a conversation read what was written in it; everybody writes, and takes back, in their own name.

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages FORCE ROW LEVEL SECURITY;

GRANT SELECT ON messages TO app_reader, app_worker;
GRANT SELECT, INSERT ON messages TO app_user;
GRANT UPDATE (content, subject, taken_back_at) ON messages TO app_user;

CREATE POLICY read ON messages FOR SELECT TO app_reader, app_user
    USING (EXISTS (SELECT FROM conversation_participants AS p
                   WHERE p.conversation_id = messages.conversation_id AND p.user_id = (SELECT app.user_id()))
        OR (SELECT app.reads_all()));

CREATE POLICY add ON messages FOR INSERT TO app_user
    WITH CHECK (sender_id = (SELECT app.user_id())
        AND (EXISTS (SELECT FROM conversation_participants AS p
                     WHERE p.conversation_id = messages.conversation_id AND p.user_id = (SELECT app.user_id()))
            OR (is_admin_intervention AND (SELECT app.reads_all()))));

CREATE POLICY change ON messages FOR UPDATE TO app_user
    USING (sender_id = (SELECT app.user_id()));

CREATE POLICY worker ON messages FOR SELECT TO app_worker USING (true);

-- For app.read_conversation().
CREATE POLICY definer ON messages FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_read ON messages FOR UPDATE TO CURRENT_USER USING (true);

-- One person's own: nobody sees who has blocked them.

ALTER TABLE user_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_blocks FORCE ROW LEVEL SECURITY;

GRANT SELECT ON user_blocks TO app_reader, app_worker;
GRANT SELECT, INSERT, DELETE ON user_blocks TO app_user;

CREATE POLICY own ON user_blocks FOR ALL TO app_reader, app_user USING (blocker_id = (SELECT app.user_id()));

CREATE POLICY worker ON user_blocks FOR SELECT TO app_worker USING (true);

-- For app.correspondent() and app.participants().
CREATE POLICY definer ON user_blocks FOR SELECT TO CURRENT_USER USING (true);

-- A participant reports; staff read.

ALTER TABLE message_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_reports FORCE ROW LEVEL SECURITY;

GRANT SELECT ON message_reports TO app_reader;
GRANT SELECT, INSERT ON message_reports TO app_user;

CREATE POLICY read ON message_reports FOR SELECT TO app_reader, app_user
    USING (reporter_id = (SELECT app.user_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON message_reports FOR INSERT TO app_user
    WITH CHECK (reporter_id = (SELECT app.user_id())
        AND EXISTS (SELECT FROM messages AS m WHERE m.id = message_reports.message_id));

-- Somebody to whom the caller may write, by the id that the caller knows: they share an organization, a bid, a contract,
-- a valid mandate or a conversation. No row for any other id.
CREATE OR REPLACE FUNCTION app.correspondent(user_id uuid)
RETURNS TABLE (id uuid, organization_id uuid, has_blocked boolean, conversation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
    SELECT u.id, u.organization_id,
           EXISTS (SELECT FROM public.user_blocks AS k WHERE k.blocker_id = u.id AND k.blocked_id = app.user_id()),
           pair.id
    FROM public.users AS u
    LEFT JOIN public.conversations AS pair
        ON pair.first_id = least(u.id, app.user_id()) AND pair.second_id = greatest(u.id, app.user_id())
    WHERE u.id = $1 AND u.id <> app.user_id() AND u.status = 'ACTIVE' AND u.deleted_at IS NULL
      AND (pair.id IS NOT NULL
        OR u.organization_id = app.organization_id()
        OR EXISTS (SELECT FROM public.conversation_participants AS mine
                   JOIN public.conversation_participants AS theirs USING (conversation_id)
                   WHERE mine.user_id = app.user_id() AND theirs.user_id = u.id)
        OR EXISTS (SELECT FROM public.bids AS b
                   WHERE b.owner_organization_id = app.organization_id()
                     AND (b.client_organization_id = u.organization_id OR b.broker_id = u.id))
        OR EXISTS (SELECT FROM public.bids AS b
                   WHERE b.owner_organization_id = u.organization_id
                     AND (b.client_organization_id = app.organization_id() OR b.broker_id = app.user_id()))
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE c.owner_organization_id = app.organization_id()
                     AND c.client_organization_id = u.organization_id)
        OR EXISTS (SELECT FROM public.contracts AS c
                   WHERE c.owner_organization_id = u.organization_id
                     AND c.client_organization_id = app.organization_id())
        OR EXISTS (SELECT FROM public.mandates AS m
                   WHERE m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until >= app.today('UTC'))
                     AND ((m.broker_id = app.user_id() AND m.client_organization_id = u.organization_id)
                       OR (m.broker_id = u.id AND m.client_organization_id = app.organization_id()))))
$$;

REVOKE ALL ON FUNCTION app.correspondent(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.correspondent(uuid) TO app_user;

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
