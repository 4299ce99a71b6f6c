"""Payment plans: arrears that are paid on other days than they were due."""

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, Table, Uuid

from shared.schema.tables.columns import (
    both_sides,
    currency,
    day,
    json,
    key,
    metadata,
    money,
    same_sides_as,
    text,
    traces,
    uuid,
)

payment_plans = Table(
    "payment_plans",
    metadata,
    key(),
    uuid("contract_id"),
    *both_sides(),
    # The debts that it reschedules, and what was open of them when it was agreed.
    Column("payment_ids", ARRAY(Uuid), nullable=False),
    money("total_amount"),
    currency(),
    # [{due_date, amount}], by due date; they add up to the total.
    json("installments", nullable=False),
    day("started_on"),
    day("cancelled_on", nullable=True),
    text("cancel_reason", nullable=True),
    *traces(),
    CheckConstraint("total_amount > 0", name="total_amount"),
    CheckConstraint("cardinality(payment_ids) > 0", name="payment_ids"),
    CheckConstraint("cancelled_on >= started_on", name="cancelled_on"),
    same_sides_as("contracts", "contract_id"),
    Index(None, "contract_id"),
)
