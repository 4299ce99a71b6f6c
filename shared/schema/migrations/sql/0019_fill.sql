-- Fills in the day of the invoice of the payments that had one before the trigger, a few at a time: nobody waits for more
-- than one batch.

DO $$
DECLARE
    filled uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT i.payment_id FROM invoices AS i
                       WHERE i.kind = 'INVOICE' AND i.payment_id > filled ORDER BY i.payment_id LIMIT 200);
        EXIT WHEN batch = '{}';
        BEGIN
            UPDATE payments AS p SET invoiced_on = i.issued_on
            FROM invoices AS i
            WHERE p.id = ANY (batch) AND i.payment_id = p.id AND i.kind = 'INVOICE' AND p.invoiced_on IS NULL;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END;
        COMMIT;
        filled := batch[cardinality(batch)];
    END LOOP;
END
$$
