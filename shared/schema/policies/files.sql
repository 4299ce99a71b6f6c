-- Whoever uploaded a file reads it; its organization too, unless it is private. SUPPORT reads no others.

ALTER TABLE files ENABLE ROW LEVEL SECURITY;
ALTER TABLE files FORCE ROW LEVEL SECURITY;

GRANT SELECT ON files TO app_reader;
GRANT SELECT, INSERT, DELETE ON files TO app_user;
GRANT UPDATE (
    status, version_id, scan, rejected, sha256, size_bytes, width, height, pages, updated_at
) ON files TO app_user;
GRANT SELECT, UPDATE, DELETE ON files TO app_worker;

CREATE POLICY read ON files FOR SELECT TO app_reader, app_user
    USING (user_id = (SELECT app.user_id())
        OR (audience <> 'PERSON'
            AND (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))));

-- What is attached to a ticket, an expense or a message is seen by whoever sees what it is attached to; not by the
-- platform's own staff.
CREATE POLICY attached ON files FOR SELECT TO app_reader, app_user
    USING (purpose IN ('TICKET_ATTACHMENT', 'EXPENSE_RECEIPT', 'MESSAGE_ATTACHMENT')
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM expenses AS x WHERE x.receipt_id = files.id)
            OR EXISTS (SELECT FROM messages AS m WHERE m.file_ids <> '{}' AND m.file_ids @> ARRAY[files.id])));

CREATE POLICY add ON files FOR INSERT TO app_user
    WITH CHECK (user_id = (SELECT app.user_id()) AND organization_id = (SELECT app.organization_id()));

CREATE POLICY change ON files FOR UPDATE TO app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY remove ON files FOR DELETE TO app_user USING (user_id = (SELECT app.user_id()));

CREATE POLICY worker ON files FOR ALL TO app_worker USING (true);
