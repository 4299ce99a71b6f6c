-- Names the events of the notifications that stand, by their titles, a thousand at a time: nobody waits for more than
-- one batch.

DO $$
DECLARE
    named uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT n.id FROM notifications AS n WHERE n.id > named ORDER BY n.id LIMIT 1000);
        EXIT WHEN batch = '{}';
        BEGIN
            UPDATE notifications AS n
            SET event = known.event,
                subject_type = known.noun,
                subject_id = (n.metadata ->> (known.noun || '_id'))::uuid
            FROM (
                SELECT entry.type, entry.title, entry.event,
                       CASE entry.type WHEN 'saved_search' THEN 'space' ELSE split_part(entry.event, '.', 1) END AS noun
                FROM (
                    VALUES
                        ('bid_update', 'New Bid', 'bid.placed'),
                        ('bid_update', 'Counter-Offer Accepted', 'bid.approved'),
                        ('bid_update', 'Bid Approved', 'bid.approved'),
                        ('bid_update', 'Bid Rejected', 'bid.rejected'),
                        ('bid_update', 'Counter-Offer', 'bid.countered'),
                        ('bid_update', 'Bid Revised', 'bid.revised'),
                        ('bid_update', 'Bid Withdrawn', 'bid.withdrawn'),
                        ('lease_milestone', 'Lease Generated', 'contract.generated'),
                        ('lease_milestone', 'Signature Requested', 'contract.signature_requested'),
                        ('lease_milestone', 'Lease Signed', 'contract.signed'),
                        ('lease_milestone', 'Authorization Requested', 'contract.authorization_requested'),
                        ('lease_milestone', 'Lease Executed', 'contract.fully_signed'),
                        ('lease_milestone', 'Lease Declined', 'contract.declined'),
                        ('lease_milestone', 'Lease Concluded', 'contract.activated'),
                        ('lease_milestone', 'Lease Started', 'contract.started'),
                        ('lease_milestone', 'Lease Expired', 'contract.expired'),
                        ('lease_milestone', 'Rent Adjusted', 'contract.indexed'),
                        ('lease_milestone', 'Lease Ends Early', 'contract.termination_set'),
                        ('lease_milestone', 'Lease Terminated', 'contract.terminated'),
                        ('lease_milestone', 'Lease Cancelled', 'contract.voided'),
                        ('payment_event', 'Payment Recorded', 'payment.recorded'),
                        ('payment_event', 'Credit Note Issued', 'payment.credited'),
                        ('payment_event', 'Credit Applied', 'payment.credit_applied'),
                        ('payment_event', 'Deposit Applied', 'payment.deposit_applied'),
                        ('payment_event', 'Deposit Returned', 'payment.deposit_returned'),
                        ('payment_event', 'Payment Reversed', 'payment.reversed'),
                        ('payment_event', 'Invoice Issued', 'payment.invoiced'),
                        ('payment_event', 'Payment Due Soon', 'payment.due_soon'),
                        ('payment_event', 'Payment Due', 'payment.due'),
                        ('payment_event', 'Payment Overdue', 'payment.overdue'),
                        ('saved_search', 'New Match', 'saved_search.matched')
                ) AS entry (type, title, event)
            ) AS known
            WHERE n.id = ANY (batch) AND n.event IS NULL AND n.type = known.type AND n.title = known.title
              AND n.metadata ->> (known.noun || '_id') IS NOT NULL;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            PERFORM pg_sleep(0.1);
            CONTINUE;
        END;
        COMMIT;
        named := batch[cardinality(batch)];
    END LOOP;
END
$$
