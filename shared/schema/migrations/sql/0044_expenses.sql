-- What an owner spends on a building.

CREATE TABLE expenses (
    id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    building_id UUID NOT NULL,
    space_id UUID,
    ticket_id UUID,
    organization_id UUID NOT NULL,
    category TEXT NOT NULL,
    supplier VARCHAR(255) NOT NULL,
    invoice_number VARCHAR(100),
    spent_on DATE NOT NULL,
    posted_on DATE NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    tax_amount NUMERIC(12, 2) DEFAULT '0' NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    recoverable BOOLEAN DEFAULT false NOT NULL,
    receipt_id UUID,
    notes TEXT,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT expenses_pkey PRIMARY KEY (id),
    CONSTRAINT expenses_category_check CHECK (category IN ('UTILITIES', 'CLEANING', 'SECURITY', 'REPAIRS', 'INSURANCE', 'PROPERTY_TAX', 'MANAGEMENT', 'LANDSCAPING', 'CAPITAL', 'OTHER')),
    CONSTRAINT expenses_amount_check CHECK (amount > 0),
    CONSTRAINT expenses_tax_amount_check CHECK (tax_amount >= 0),
    CONSTRAINT expenses_building_id_fkey FOREIGN KEY(building_id, owner_organization_id) REFERENCES buildings (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT expenses_space_id_fkey FOREIGN KEY(space_id, building_id, owner_organization_id) REFERENCES spaces (id, building_id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT expenses_ticket_id_fkey FOREIGN KEY(ticket_id, owner_organization_id) REFERENCES tickets (id, owner_organization_id) ON DELETE RESTRICT,
    CONSTRAINT expenses_organization_id_fkey FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT,
    CONSTRAINT expenses_receipt_id_fkey FOREIGN KEY(receipt_id) REFERENCES files (id) ON DELETE RESTRICT,
    CONSTRAINT expenses_created_by_fkey FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT expenses_updated_by_fkey FOREIGN KEY(updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX expenses_building_id_posted_on_idx ON expenses (building_id, posted_on);

CREATE INDEX expenses_organization_id_idx ON expenses (organization_id);

CREATE INDEX expenses_owner_page_idx ON expenses (owner_organization_id, spent_on DESC, id DESC);

CREATE INDEX expenses_receipt_id_idx ON expenses (receipt_id);

CREATE INDEX expenses_space_id_idx ON expenses (space_id);

CREATE INDEX expenses_ticket_id_idx ON expenses (ticket_id);

CREATE POLICY definer ON books FOR SELECT TO CURRENT_USER USING (true);

-- An expense is posted on its own day, or the first one of the owner's first open month. A contractor who writes one down
-- does not read the owner's books.
CREATE OR REPLACE FUNCTION app.set_expense_posted() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, app, pg_temp
AS $$
BEGIN
    NEW.posted_on := app.posting_day(NEW.owner_organization_id, NEW.spent_on);
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION app.set_expense_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER expenses_posted BEFORE INSERT ON expenses
    FOR EACH ROW EXECUTE FUNCTION app.set_expense_posted();

-- The owner's organization; and of what a contractor wrote down for a ticket, that contractor's.

ALTER TABLE expenses ENABLE ROW LEVEL SECURITY;
ALTER TABLE expenses FORCE ROW LEVEL SECURITY;

GRANT SELECT ON expenses TO app_reader, app_worker;
GRANT SELECT, INSERT ON expenses TO app_user;

CREATE POLICY read ON expenses FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

CREATE POLICY add ON expenses FOR INSERT TO app_user
    WITH CHECK (((owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()))
                 OR EXISTS (SELECT FROM tickets AS t
                            WHERE t.id = expenses.ticket_id
                              AND t.contractor_organization_id = (SELECT app.organization_id())))
        AND organization_id = (SELECT app.organization_id()));

CREATE POLICY worker ON expenses FOR SELECT TO app_worker USING (true);

ALTER POLICY attached ON files
    USING (purpose IN ('TICKET_ATTACHMENT', 'EXPENSE_RECEIPT')
        AND NOT (SELECT app.reads_all())
        AND (EXISTS (SELECT FROM tickets AS t WHERE t.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_threads AS h WHERE h.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM ticket_quotes AS q WHERE q.file_ids @> ARRAY[files.id])
            OR EXISTS (SELECT FROM expenses AS x WHERE x.receipt_id = files.id)));
