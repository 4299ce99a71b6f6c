"""Leases that live by a business clock, which stands at a moment of the test's choosing."""

from io import BytesIO

from psycopg.types.json import Jsonb
from pypdf import PdfReader

from functions.contracts.get_ledger import get_ledger
from functions.contracts.preview_termination import preview_termination
from functions.contracts.terminate_contract import terminate_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.end_holds import end_holds
from functions.leasing.expire_contracts import expire_contracts
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.start_contracts import start_contracts
from functions.payments.advance_payments import advance_payments
from functions.payments.break_plans import break_plans
from functions.payments.carry_deposits import carry_deposits
from functions.payments.charge_late import charge_late
from functions.payments.credit_invoice import credit_invoice
from functions.payments.extend_holdovers import extend_holdovers
from functions.payments.follow_indexes import follow_indexes
from functions.payments.issue_invoices import issue_invoices
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.remind_payers import remind_payers
from functions.payments.shorten_schedule import shorten_schedule
from functions.reports.show_aging import show_aging
from shared.payments.bound import SCHEDULE_TOTAL
from tests.call import invoke
from tests.leasing.deal import Deal

JOBS = (
    end_holds,
    start_contracts,
    expire_contracts,
    carry_deposits,
    extend_holdovers,
    issue_invoices,
    advance_payments,
    remind_payers,
    charge_late,
    break_plans,
    follow_indexes,
)

UNBALANCED = f"""
WITH books AS (
    SELECT c.id, c.schedule_total <> {SCHEDULE_TOTAL} AS is_uneven,
           bool_or(p.status = 'PAID' AND o.open <> 0) AS unsettled,
           bool_or(p.status IN ('SCHEDULED', 'DUE', 'OVERDUE') AND o.open <= 0 AND p.amount > 0) AS settled,
           bool_or(p.status = 'CANCELLED' AND p.paid_amount <> 0) AS cancelled,
           sum(CASE WHEN i.id IS NULL AND p.charge <> 'RECLAIM' THEN -p.paid_amount ELSE o.open END) AS open
    FROM contracts c
    JOIN payments p ON p.contract_id = c.id
    LEFT JOIN invoices i ON i.payment_id = p.id AND i.kind = 'INVOICE'
    CROSS JOIN LATERAL (SELECT p.amount + p.tax_amount - p.credited_amount - p.credited_tax
                               - p.written_off_amount - p.paid_amount AS open) AS o
    GROUP BY c.id
), account AS (
    SELECT c.id,
           (SELECT coalesce(sum(CASE kind WHEN 'INVOICE' THEN total_amount ELSE -total_amount END), 0)
            FROM invoices i WHERE i.contract_id = c.id)
           - (SELECT coalesce(sum(CASE WHEN coalesce(o.kind, t.kind) IN ('REFUND', 'TRANSFER_OUT') THEN -1
                                       ELSE 1 END
                                  * CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END), 0)
              FROM payment_transactions t LEFT JOIN payment_transactions o ON o.id = t.reverses_id
              WHERE t.contract_id = c.id
                AND coalesce(o.kind, t.kind) IN ('PAYMENT', 'CREDIT', 'DEPOSIT_APPLIED', 'WRITE_OFF', 'REFUND',
                                                 'TRANSFER_OUT', 'TRANSFER_IN')) AS balance,
           (SELECT coalesce(sum(CASE WHEN t.kind IN ('APPLIED', 'REFUND', 'TRANSFER_OUT') THEN -t.amount
                                     ELSE t.amount END), 0)
            FROM payment_transactions t
            WHERE t.contract_id = c.id AND t.kind IN ('CREDIT', 'FREED', 'APPLIED', 'DEPOSIT_APPLIED', 'REFUND',
                                                      'TRANSFER_OUT', 'TRANSFER_IN', 'RECLAIM')
              AND NOT EXISTS (SELECT FROM payment_transactions r WHERE r.reverses_id = t.id)) AS credit
    FROM contracts c
)
SELECT * FROM books JOIN account USING (id)
WHERE id = %(id)s
  AND (is_uneven OR unsettled OR settled OR cancelled OR balance <> open - credit OR credit < 0)
"""


class Lease(Deal):
    """An executed lease and its payments."""

    def __init__(
        self,
        world,
        call,
        tax_percent=0,
        currency="USD",
        deposit_months=0,
        late_policy=None,
        escalation=None,
        proration="ACTUAL_MONTH",
        **terms,
    ):
        super().__init__(world, call, **terms)
        world.sql(
            """UPDATE contracts SET tax_percent = %(tax)s, currency = %(currency)s, deposit_months = %(deposit)s,
                      late_policy = %(late)s, escalation = %(escalation)s, proration = %(proration)s
               WHERE id = %(id)s""",
            tax=tax_percent,
            currency=currency,
            deposit=deposit_months,
            late=Jsonb(late_policy) if late_policy else None,
            escalation=Jsonb(escalation) if escalation else None,
            proration=proration,
            id=self.contract,
        )
        self.signed().run(schedule_payments, activate_contract)

    def payments(self):
        reply = self.call(list_payments, as_=self.owner, query={"contract_id": self.contract, "limit": 100})
        return reply.json["data"]

    def statuses(self):
        return [payment["status"] for payment in self.payments()]

    def pay(self, payment, **changes):
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"} | changes
        return self.call(record_payment, as_=self.owner, path={"payment_id": payment["id"]}, body=body)

    def rows(self, charge="RENT"):
        """The payments of that charge as the database holds them."""
        sql = "SELECT * FROM payments WHERE contract_id = %(id)s AND charge = %(charge)s ORDER BY due_date, id"
        return self.world.sql(sql, id=self.contract, charge=charge)

    def unbalanced(self):
        """The contract, if its rent is not all PAID, open or CANCELLED; if its account is not what is open of its
        invoices, less what came for nothing that was invoiced; or if a payment's state is not what is open of it."""
        return self.world.sql(UNBALANCED, id=self.contract)

    def ledger(self):
        """The account as the client reads it: its lines, and what is owed."""
        answer = self.call(get_ledger, as_=self.client, path={"contract_id": self.contract}).json
        lines = [(line["date"], line["type"], line["debit"] - line["credit"]) for line in answer["data"]]
        assert sum(amount for _, _, amount in lines) == answer["meta"]["balance"]
        return lines, answer["meta"]["balance"]

    def preview(self, day, user=None, **changes):
        body = {"effective_date": day, "reason": "Moving out"} | changes
        path = {"contract_id": self.contract}
        return self.call(preview_termination, as_=user or self.owner, path=path, body=body)

    def terminate(self, day, user=None, cut=True, **changes):
        """The answer to an early end on that day, and what the platform makes of it."""
        body = {"effective_date": day, "reason": "Moving out"} | changes
        path = {"contract_id": self.contract}
        reply = self.call(terminate_contract, as_=user or self.owner, path=path, body=body)
        events = [one for one in self.world.event_details(self.contract) if one["name"] == "contract.termination_set"]
        if cut and reply.status == 200:
            assert invoke(shorten_schedule, *events) == []
        return reply

    def told(self, *names):
        """The events of those names about the lease's payments, as (name, due date)."""
        rows = self.world.sql(
            """SELECT name, payload ->> 'due_date' AS due_date, payload FROM outbox
               WHERE payload ->> 'contract_id' = %(id)s AND name = ANY(%(names)s) ORDER BY seq""",
            id=self.contract,
            names=list(names),
        )
        return [(row["name"], row["due_date"]) for row in rows]


class Calendar:
    """A business clock that stands still at a moment, and the leases that live by it."""

    def __init__(self, world, call):
        self.world, self.call = world, call
        self.leases = []

    def set(self, moment):
        """It is `moment`, as `2026-03-08T04:59:59Z`."""
        body = f"SELECT timestamptz '{moment}'"
        self.world.sql(f"CREATE OR REPLACE FUNCTION app.now() RETURNS timestamptz LANGUAGE sql STABLE AS $${body}$$")

    def lease(self, **terms):
        """A lease whose books tie out when the test ends, unless it is taken out of `leases`."""
        self.leases.append(Lease(self.world, self.call, **terms))
        return self.leases[-1]

    def run(self, *jobs):
        for job in jobs or JOBS:
            job({}, None)

    def reports_tie(self):
        """On each day of their ledgers the aging of the leases' owners is what the ledgers say."""
        for owner in {lease.owner.organization_id: lease.owner for lease in self.leases}.values():
            days = self.world.sql(
                """SELECT i.issued_on AS day FROM invoices i WHERE i.owner_organization_id = %(owner)s
                   UNION SELECT t.paid_date FROM payment_transactions t WHERE t.owner_organization_id = %(owner)s
                   UNION SELECT app.today('UTC')""",
                owner=owner.organization_id,
            )
            for row in days:
                found = self.call(show_aging, as_=owner, query={"as_of": row["day"]}).json
                assert [total for total in found["totals"] if total["ties"] is False] == [], row["day"]


def invoices(lease, user=None, **query):
    return lease.call(
        list_invoices, as_=user or lease.owner, query={"contract_id": lease.contract, "limit": 100} | query
    ).json["data"]


def credit(lease, invoice, user=None, key=None, **body):
    path = {"invoice_id": invoice["id"]}
    body = {"reason": "The lift was out of order"} | body
    return lease.call(credit_invoice, as_=user or lease.owner, path=path, body=body, key=key)


def books(lease):
    """`(paid, credited, status)` of each installment, and the credit that is left."""
    rows = [(row["paid_amount"], row["credited_amount"], row["status"]) for row in lease.rows()]
    [left] = lease.world.sql(
        "SELECT coalesce(sum(t.credit), 0) AS credit FROM standing_transactions t WHERE t.contract_id = %(id)s",
        id=lease.contract,
    )
    return rows, left["credit"]


def text_of(reply):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(reply.body)).pages)
