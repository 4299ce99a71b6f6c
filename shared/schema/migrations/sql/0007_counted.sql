-- Counts the buildings that stood before the trigger, a few at a time: nobody waits for more than one batch.

DO $$
DECLARE
    counted uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT b.id FROM buildings AS b WHERE b.id > counted ORDER BY b.id LIMIT 10);
        EXIT WHEN batch = '{}';
        BEGIN
            PERFORM app.count_buildings(batch);
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END;
        COMMIT;
        counted := batch[cardinality(batch)];
    END LOOP;
END
$$
