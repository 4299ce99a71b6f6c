-- Fills in what is owed of the payments that stood before the trigger, a few at a time: nobody waits for more than one
-- batch. Those that were changed meanwhile have it already.

DO $$
DECLARE
    filled uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT p.id FROM payments AS p WHERE p.id > filled AND p.owed IS NULL ORDER BY p.id LIMIT 200);
        EXIT WHEN batch = '{}';
        BEGIN
            -- The trigger says what.
            UPDATE payments AS p SET owed = NULL WHERE p.id = ANY (batch);
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END;
        COMMIT;
        filled := batch[cardinality(batch)];
    END LOOP;
END
$$
