-- What the day jobs have done, so that nothing is done twice and nothing is left out; and the tax of an instalment.

ALTER TABLE payments
    ADD COLUMN tax_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    ADD CONSTRAINT payments_tax_amount_check CHECK (tax_amount >= 0) NOT VALID;

-- `day` is the building's day on which the work fell due, not the one on which it was done.
CREATE TABLE work_items (
    job TEXT NOT NULL,
    day DATE NOT NULL,
    entity_id UUID NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT work_items_pkey PRIMARY KEY (entity_id, job, day)
);
ALTER TABLE work_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_items FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON work_items FOR ALL TO app_worker USING (true);
GRANT SELECT, INSERT ON work_items TO app_worker;
