-- The participants of a conversation read what was written in it; everybody writes, and takes back, in their own name.

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages FORCE ROW LEVEL SECURITY;

GRANT SELECT ON messages TO app_reader, app_worker;
GRANT SELECT, INSERT ON messages TO app_user;
GRANT UPDATE (content, subject, file_ids, taken_back_at) ON messages TO app_user;

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
