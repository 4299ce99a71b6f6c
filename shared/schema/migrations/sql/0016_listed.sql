-- Lists the spaces that stood before the triggers, a few buildings at a time: nobody waits for more than one batch.

DO $$
DECLARE
    listed uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT b.id FROM buildings AS b WHERE b.id > listed ORDER BY b.id LIMIT 5);
        EXIT WHEN batch = '{}';
        BEGIN
            -- Whoever changes the building or a space of it comes before or after, and is seen.
            PERFORM FROM buildings AS b WHERE b.id = ANY (batch) ORDER BY b.id FOR NO KEY UPDATE;
            PERFORM app.list_spaces(ARRAY(SELECT s.id FROM spaces AS s WHERE s.building_id = ANY (batch)));
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END;
        COMMIT;
        listed := batch[cardinality(batch)];
    END LOOP;
END
$$
