-- Whoever is in a conversation sees it, and both sides' organizations see which ones there are about their objects: a
-- colleague joins the one that exists. What was written in it is for its participants alone.

ALTER TABLE conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;

GRANT SELECT ON conversations TO app_reader, app_worker;
GRANT SELECT, INSERT ON conversations TO app_user;
GRANT UPDATE (last_seq, guide_id, updated_at) ON conversations TO app_user;

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
