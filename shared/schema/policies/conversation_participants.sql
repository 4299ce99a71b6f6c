-- People see where they are themselves; who else is there is answered by app.participants().

ALTER TABLE conversation_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_participants FORCE ROW LEVEL SECURITY;

GRANT SELECT ON conversation_participants TO app_reader, app_worker;
GRANT SELECT, INSERT ON conversation_participants TO app_user;

CREATE POLICY read ON conversation_participants FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id()) OR (SELECT app.reads_all()));

CREATE POLICY add ON conversation_participants FOR INSERT TO app_user
    WITH CHECK ((SELECT app.joins(conversation_participants.conversation_id)));

GRANT UPDATE (mailed_seq, mailed_at) ON conversation_participants TO app_worker;

CREATE POLICY worker ON conversation_participants FOR ALL TO app_worker USING (true);

-- For app.joins(), app.participants(), app.conversations_with() and app.read_conversation().
CREATE POLICY definer ON conversation_participants FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY definer_read ON conversation_participants FOR UPDATE TO CURRENT_USER USING (true);
