-- Takes the forty-fourth migration back.

ALTER POLICY attached ON files
    USING (purpose = 'TICKET_ATTACHMENT'
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])));

DROP TABLE expenses;
DROP FUNCTION app.set_expense_posted();
DROP POLICY definer ON books;
