"""What is due, what is invoiced, what was paid, and the indexes that rents follow."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    PERCENT,
    both_sides,
    currency,
    day,
    flag,
    json,
    key,
    line,
    metadata,
    money,
    now,
    number,
    one_of,
    same_sides_as,
    text,
    traces,
    uuid,
)

payments = Table(
    "payments",
    metadata,
    key(),
    uuid("contract_id"),
    *both_sides(),
    # Null while an imported tenant has no account.
    uuid("payer_id", "users.id", nullable=True),
    text("charge", default="RENT"),
    day("period_start"),
    day("period_end", nullable=True),
    money("amount"),
    money("abatement", default="0"),
    money("tax_amount", default="0"),
    money("paid_amount", default="0"),
    currency(),
    day("due_date"),
    day("paid_date", nullable=True),
    text("status", default="SCHEDULED"),
    number("installment_number", nullable=True),
    number("total_installments", nullable=True),
    line("payment_method", 50, nullable=True),
    json("explanation"),
    *traces(),
    # What credit notes took off, without and of the tax; what catch-ups have asked for the period since.
    money("credited_amount", default="0"),
    money("credited_tax", default="0"),
    money("caught_up", default="0"),
    # What of that, below zero, credit notes took off without tax.
    money("corrected", default="0"),
    # How much interest was asked for it, and up to which day its late charges are calculated.
    money("interest_charged", default="0"),
    day("late_until", nullable=True),
    # What of it all is owed, paid or not. A trigger says how much: shared/schema/functions/set_owed.sql.
    money("owed", nullable=True),
    # The day of its invoice, kept by a trigger: shared/schema/functions/mark_invoiced.sql.
    day("invoiced_on", nullable=True),
    # What is no longer expected to come.
    money("written_off_amount", default="0"),
    # [{code, category, percent, net, tax, reason}]: the parts of its tax, where its lease names a tax code.
    json("taxes"),
    # Asked for by documents from before an import, or no supply: it gets no invoice of ours.
    flag("invoiced_elsewhere"),
    one_of("charge", "RENT", "DEPOSIT", "LATE_FEE", "INTEREST", "OPENING_BALANCE", "RECLAIM"),
    one_of("status", "SCHEDULED", "DUE", "PAID", "OVERDUE", "CANCELLED"),
    # Only a correction can be below zero: it has no number.
    CheckConstraint(
        "(amount >= 0 AND abatement >= 0 AND paid_amount >= 0)"
        " OR (installment_number IS NULL AND charge IN ('RENT', 'INTEREST'))",
        name="amount",
    ),
    CheckConstraint("tax_amount >= 0 OR amount < 0", name="tax_amount"),
    CheckConstraint("credited_amount >= 0 AND credited_tax >= 0", name="credited_amount"),
    CheckConstraint("period_end >= period_start", name="period"),
    CheckConstraint("owed IS NOT NULL", name="owed"),
    CheckConstraint("charge = 'RENT' OR installment_number IS NULL", name="installment"),
    CheckConstraint(
        "(installment_number IS NULL) = (total_installments IS NULL)"
        " AND installment_number > 0 AND installment_number <= total_installments",
        name="installment_number",
    ),
    same_sides_as("contracts", "contract_id"),
    # A schedule written twice is the same schedule.
    UniqueConstraint("contract_id", "charge", "period_start", name="payments_one_per_period"),
    UniqueConstraint("id", "contract_id", name="payments_contract_key"),
    Index("payments_owner_page_idx", "owner_organization_id", "due_date", "id"),
    Index("payments_client_page_idx", "client_organization_id", "due_date", "id"),
    Index("payments_contract_page_idx", "contract_id", "due_date", "id"),
    Index("payments_due_idx", "due_date", "id"),
    Index("payments_status_due_idx", "status", "due_date", "id"),
    Index(
        "payments_recalculated_idx",
        "due_date",
        "id",
        postgresql_where=sql(
            "installment_number IS NOT NULL AND status = 'PAID' AND (paid_date > due_date OR interest_charged > 0)"
            " AND late_until IS DISTINCT FROM paid_date"
        ),
    ),
    Index(
        "payments_unsettled_idx",
        "owner_organization_id",
        "due_date",
        postgresql_where=sql("status <> 'PAID'"),
    ),
    Index(
        "payments_uninvoiced_idx",
        "due_date",
        "id",
        postgresql_where=sql("invoiced_on IS NULL AND owed > 0"),
    ),
    Index(
        "payments_deposits_idx",
        "owner_organization_id",
        "contract_id",
        postgresql_where=sql("charge = 'DEPOSIT'"),
    ),
)

invoice_counters = Table(
    "invoice_counters",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="RESTRICT"), primary_key=True),
    number("last_number", default="0"),
    number("last_credit_number", default="0"),
)

invoices = Table(
    "invoices",
    metadata,
    key(),
    uuid("contract_id"),
    uuid("payment_id"),
    *both_sides(),
    text("kind", default="INVOICE"),
    number("number"),
    uuid("credits_invoice_id", "invoices.id", nullable=True),
    # [{invoice_id, payment_id, number, issued_on, net, tax}]: what a credit note credits, where that is more than one.
    json("credits"),
    text("reason", nullable=True),
    money("net_amount"),
    Column("tax_percent", PERCENT, nullable=False, server_default=sql("0")),
    money("tax_amount", default="0"),
    money("total_amount"),
    currency(),
    day("issued_on"),
    day("due_date"),
    json("lines", nullable=False, default="[]"),
    json("owner_party", nullable=False),
    json("client_party", nullable=False),
    now("created_at"),
    uuid("created_by", "users.id", nullable=True),
    # What had been settled, by credit, when it was issued.
    money("paid_amount", default="0"),
    # The day on which the books have it: that of its issue, unless the month was closed. A trigger says which.
    day("posted_on", nullable=True),
    # The parts of its tax; the invoices that it corrects: [{invoice_id, number, issued_on, net, tax, taxes}].
    json("taxes"),
    json("corrects"),
    one_of("kind", "INVOICE", "CREDIT_NOTE"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("total_amount = net_amount + tax_amount", name="total_amount"),
    CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_invoice_id IS NOT NULL)", name="credits_invoice_id"),
    same_sides_as("contracts", "contract_id"),
    ForeignKeyConstraint(["payment_id", "contract_id"], ["payments.id", "payments.contract_id"], ondelete="RESTRICT"),
    # Invoices and credit notes are two series.
    Index("invoices_series_key", "owner_organization_id", "kind", "number", unique=True),
    Index(
        "invoices_one_per_payment",
        "payment_id",
        unique=True,
        postgresql_where=sql("kind = 'INVOICE'"),
    ),
    Index("invoices_credits_idx", "payment_id", postgresql_where=sql("kind = 'CREDIT_NOTE'")),
    Index("invoices_owner_idx", "owner_organization_id", "created_at", "id"),
    Index("invoices_journal_idx", "owner_organization_id", "id"),
    Index("invoices_client_idx", "client_organization_id", "created_at", "id"),
    Index(None, "contract_id"),
)

payment_transactions = Table(
    "payment_transactions",
    metadata,
    key(),
    uuid("payment_id", nullable=True),
    uuid("contract_id"),
    *both_sides(),
    text("kind", default="PAYMENT"),
    money("amount"),
    currency(),
    day("paid_date"),
    line("payment_method", 50, nullable=True),
    line("transaction_reference", nullable=True),
    uuid("reverses_id", "payment_transactions.id", nullable=True),
    text("reason", nullable=True),
    now("created_at"),
    uuid("created_by", "users.id", nullable=True),
    # The day on which the books have it: the document's, unless it says otherwise or the month was closed.
    day("posted_on", nullable=True),
    # What of the tax a write-off relieves; the contract at the other end of a transfer of credit.
    money("relieved_tax", nullable=True),
    uuid("other_contract_id", "contracts.id", nullable=True),
    # Whether its payment had no invoice yet. A trigger says so: shared/schema/functions/set_posted.sql.
    Column("is_ahead", Boolean, nullable=True),
    # CREDIT is money beyond what was open, FREED what a credit note leaves of money; APPLIED is credit that settles.
    # REFUND is credit paid out, TRANSFER_OUT and TRANSFER_IN are credit that moves to another contract. A deposit goes
    # on to a renewal by DEPOSIT_TRANSFER_OUT and DEPOSIT_TRANSFER_IN. Of an imported lease,
    # OPENING_BALANCE settles what was paid before, OPENING_CHARGE is what was owed besides and OPENING_CREDIT what was
    # credit; OPENING_FREED is what an early end leaves of the first. RECLAIM is credit
    # that had been spent when its money was reversed.
    one_of(
        "kind",
        *("PAYMENT", "REVERSAL", "CREDIT", "APPLIED", "FREED", "DEPOSIT_APPLIED", "DEPOSIT_RETURNED"),
        *("WRITE_OFF", "REFUND", "TRANSFER_OUT", "TRANSFER_IN", "DEPOSIT_TRANSFER_OUT", "DEPOSIT_TRANSFER_IN"),
        *("OPENING_BALANCE", "OPENING_CHARGE", "OPENING_CREDIT", "OPENING_FREED", "RECLAIM"),
    ),
    CheckConstraint(
        "payment_id IS NOT NULL OR kind IN ('REFUND', 'TRANSFER_OUT', 'TRANSFER_IN', 'REVERSAL', 'OPENING_CREDIT')",
        name="payment_id",
    ),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(kind = 'REVERSAL') = (reverses_id IS NOT NULL)", name="reverses_id"),
    same_sides_as("contracts", "contract_id"),
    ForeignKeyConstraint(["payment_id", "contract_id"], ["payments.id", "payments.contract_id"], ondelete="RESTRICT"),
    Index("payment_transactions_one_reversal", "reverses_id", unique=True),
    Index(None, "payment_id", "created_at"),
    Index(None, "contract_id", "created_at"),
    Index("payment_transactions_journal_idx", "owner_organization_id", "id"),
)

# What an owner's organization knows of an index; a correction is the next version of its day.
index_values = Table(
    "index_values",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    line("name", 64),
    day("day"),
    number("version"),
    Column("value", Numeric(14, 6), nullable=False),
    flag("final", default=True),
    now("created_at"),
    uuid("created_by", "users.id", nullable=True),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("value > 0", name="value"),
    UniqueConstraint("organization_id", "name", "day", "version", name="index_values_version_key"),
)
