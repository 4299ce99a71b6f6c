-- A contract's life after its signature: credit notes, credit that moves, late charges, indexes, an early end.

-- What a credit note took off an instalment, without and of its tax; what catch-ups have asked for its period since;
-- and how far its late charges have been reckoned.
ALTER TABLE payments
    ADD COLUMN credited_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    ADD COLUMN credited_tax NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    ADD COLUMN caught_up NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    ADD COLUMN interest_charged NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    ADD COLUMN late_until DATE,
    DROP CONSTRAINT payments_amount_check,
    DROP CONSTRAINT payments_tax_amount_check,
    DROP CONSTRAINT payments_installment_check,
    -- Only a correction can be below zero: it has no number.
    ADD CONSTRAINT payments_amount_check CHECK (
        (amount >= 0 AND abatement >= 0 AND paid_amount >= 0)
        OR (installment_number IS NULL AND charge IN ('RENT', 'INTEREST'))
    ) NOT VALID,
    ADD CONSTRAINT payments_tax_amount_check CHECK (tax_amount >= 0 OR amount < 0) NOT VALID,
    ADD CONSTRAINT payments_installment_check CHECK (charge = 'RENT' OR installment_number IS NULL) NOT VALID,
    ADD CONSTRAINT payments_credited_amount_check CHECK (credited_amount >= 0 AND credited_tax >= 0) NOT VALID;
GRANT UPDATE (credited_amount, credited_tax) ON payments TO app_user;

-- What had been settled, by credit, when the invoice was issued.
ALTER TABLE invoices ADD COLUMN paid_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL;

ALTER TABLE payment_transactions
    DROP CONSTRAINT payment_transactions_kind_check,
    ADD CONSTRAINT payment_transactions_kind_check CHECK (
        kind IN ('PAYMENT', 'REVERSAL', 'CREDIT', 'APPLIED', 'FREED', 'DEPOSIT_APPLIED', 'DEPOSIT_RETURNED')
    ) NOT VALID;

-- `terminates_on` is the first day without the lease; `index_value_id` the newest value that its schedule follows.
ALTER TABLE contracts
    ADD COLUMN terminates_on DATE,
    ADD COLUMN index_value_id UUID;
GRANT UPDATE (terminates_on, end_date) ON contracts TO app_user;

-- What an owner's organization knows of an index; a correction is the next version of its day.
CREATE TABLE index_values (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    name VARCHAR(64) NOT NULL,
    day DATE NOT NULL,
    version INTEGER NOT NULL,
    value NUMERIC(14, 6) NOT NULL,
    final BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    CONSTRAINT index_values_pkey PRIMARY KEY (id),
    CONSTRAINT index_values_version_check CHECK (version > 0),
    CONSTRAINT index_values_value_check CHECK (value > 0),
    CONSTRAINT index_values_organization_id_fkey
        FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT index_values_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT index_values_version_key UNIQUE (organization_id, name, day, version)
);
CREATE TRIGGER index_values_immutable BEFORE UPDATE OR DELETE ON index_values
    FOR EACH ROW EXECUTE FUNCTION app.refuse_change();

ALTER TABLE index_values ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_values FORCE ROW LEVEL SECURITY;
GRANT SELECT ON index_values TO app_reader, app_user, app_worker;
GRANT INSERT ON index_values TO app_user;
-- A rent that follows an index is reckoned for both sides, a bidder's too; what an index was is no secret.
CREATE POLICY read ON index_values FOR SELECT TO app_reader, app_user
    USING ((SELECT app.user_id()) IS NOT NULL OR (SELECT app.reads_all()));
CREATE POLICY add ON index_values FOR INSERT TO app_user
    WITH CHECK (organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));
CREATE POLICY worker ON index_values FOR SELECT TO app_worker USING (true);
