-- Arrears may be paid on other days than they were due.

CREATE TABLE payment_plans (
    id UUID NOT NULL,
    contract_id UUID NOT NULL,
    owner_organization_id UUID NOT NULL,
    client_organization_id UUID NOT NULL,
    payment_ids UUID[] NOT NULL,
    total_amount NUMERIC(12, 2) NOT NULL,
    currency VARCHAR(3) DEFAULT 'USD' NOT NULL,
    installments JSONB NOT NULL,
    started_on DATE NOT NULL,
    cancelled_on DATE,
    cancel_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_by UUID,
    updated_by UUID,
    CONSTRAINT payment_plans_pkey PRIMARY KEY (id),
    CONSTRAINT payment_plans_total_amount_check CHECK (total_amount > 0),
    CONSTRAINT payment_plans_payment_ids_check CHECK (cardinality(payment_ids) > 0),
    CONSTRAINT payment_plans_cancelled_on_check CHECK (cancelled_on >= started_on),
    CONSTRAINT payment_plans_contract_id_fkey
        FOREIGN KEY (contract_id, owner_organization_id, client_organization_id)
        REFERENCES contracts (id, owner_organization_id, client_organization_id) ON DELETE RESTRICT,
    CONSTRAINT payment_plans_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT payment_plans_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX payment_plans_contract_id_idx ON payment_plans (contract_id);

ALTER TABLE payment_plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_plans FORCE ROW LEVEL SECURITY;

GRANT SELECT ON payment_plans TO app_reader, app_worker;
GRANT SELECT, INSERT ON payment_plans TO app_user;
GRANT UPDATE (cancelled_on, cancel_reason, updated_at, updated_by) ON payment_plans TO app_user;

-- Either side's organization reads.
CREATE POLICY read ON payment_plans FOR SELECT TO app_reader, app_user
    USING (owner_organization_id = (SELECT app.organization_id())
        OR client_organization_id = (SELECT app.organization_id())
        OR (SELECT app.reads_all()));

-- A broker reads its clients' money.
CREATE POLICY represent ON payment_plans FOR SELECT TO app_reader, app_user
    USING (client_organization_id = ANY ((SELECT app.represented())::uuid[]));

-- Only the creditor's side agrees that a debt is paid later.
CREATE POLICY add ON payment_plans FOR INSERT TO app_user
    WITH CHECK (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY change ON payment_plans FOR UPDATE TO app_user
    USING (owner_organization_id = (SELECT app.organization_id()) OR (SELECT app.is_admin()));

CREATE POLICY worker ON payment_plans FOR SELECT TO app_worker USING (true);

-- Each payment plan with its state, from what is known today: KEPT while no more is open of its debts after each due date
-- than the installments of later days come to, else BROKEN from the next day on. `missed_on` is the first due date that was
-- missed, `kept_until` the last day of the time in which it was kept; null while it still is.
CREATE OR REPLACE VIEW states_of_plans WITH (security_invoker = true) AS
SELECT l.id, l.contract_id, l.payment_ids, l.started_on, missed.missed_on,
       CASE WHEN l.cancelled_on IS NOT NULL THEN 'CANCELLED'
            WHEN missed.missed_on IS NOT NULL THEN 'BROKEN'
            ELSE 'KEPT' END AS status,
       least(missed.missed_on, l.cancelled_on) AS kept_until
FROM payment_plans AS l
JOIN contracts AS c ON c.id = l.contract_id
CROSS JOIN LATERAL (
    SELECT min(i.due_date) AS missed_on
    FROM (
        SELECT (one ->> 'due_date')::date AS due_date,
               sum((one ->> 'amount')::numeric) OVER (ORDER BY (one ->> 'due_date')::date) AS due
        FROM jsonb_array_elements(l.installments) AS one
    ) AS i
    WHERE i.due_date < least(app.today(c.premises #>> '{building,timezone}'), l.cancelled_on)
      AND l.total_amount - i.due < (
          SELECT sum(p.owed) - coalesce(sum(s.settled), 0)
          FROM payments AS p
          LEFT JOIN LATERAL (
              SELECT sum(t.settled) AS settled FROM standing_transactions AS t
              WHERE t.payment_id = p.id AND t.paid_date <= i.due_date
          ) AS s ON true
          WHERE p.id = ANY (l.payment_ids)
      )
) AS missed;

GRANT SELECT ON states_of_plans TO app_reader, app_user, app_worker;
