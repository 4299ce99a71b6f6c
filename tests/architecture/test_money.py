"""What of a payment is owed, what of its transactions stands and what they settle, and its state on a day: said once.

Whoever writes one of these again forgets a case that the first one has, or that comes later: a kind of transaction, a
debt that was written off.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "shared" / "schema"
FILES = sorted(
    path
    for top in ("shared", "functions", "local", "tools")
    for kind in ("*.py", "*.sql")
    for path in (ROOT / top).rglob(kind)
    if SCHEMA / "migrations" not in path.parents
)


class Expression(NamedTuple):
    """What is written in one place only: how its copies look, and what to use instead."""

    name: str
    pattern: str
    homes: tuple[str, ...]
    instead: str
    copies: tuple[str, ...]
    """Ways of writing it again."""
    others: tuple[str, ...] = ()
    """What looks like it and is something else."""


COLUMN = r"""(?:\w+\.|\w+\[")?"""
MONEY_KINDS = "PAYMENT|CREDIT|APPLIED|FREED|DEPOSIT_APPLIED|DEPOSIT_RETURNED|WRITE_OFF|REFUND|TRANSFER_OUT|TRANSFER_IN"
MONEY_KINDS += "|DEPOSIT_TRANSFER_OUT|DEPOSIT_TRANSFER_IN"
MARKS = ("charged", "credited", "deposit_used", "received", "settled", "written_off")
EXPRESSIONS = (
    Expression(
        "what is owed of a payment",
        rf"""\b{COLUMN}amount(?:"\])?\s*\+\s*{COLUMN}tax_amount\b|-\s*{COLUMN}credited_tax\b(?!\s+AS\b)[^,]{{0,30}}"""
        rf"""(?:-|<|>|=|AS)\s*{COLUMN}(?:paid_amount|owed|open)""",
        # The archive's is not what is owed but what an imported line, which has no invoice here, once asked for.
        ("shared/schema/functions/set_owed.sql", "shared/payments/archive.py"),
        "Read payments.owed (owed - paid_amount is what is open).",
        (
            "p.amount + p.tax_amount - p.credited_amount - p.credited_tax",
            "amount + tax_amount - credited_amount",
            'row["amount"] + row["tax_amount"] - row["paid_amount"]',
            "payment.amount + payment.tax_amount",
            "o.net - o.credited_amount - o.credited_tax - o.paid_amount",
        ),
        ("SELECT p.amount - p.credited_amount AS net, p.tax_amount - p.credited_tax AS tax", "p.owed - p.paid_amount"),
    ),
    Expression(
        "which transactions stand",
        r"\breverses_id\s*=|=\s*(?:\w+\.)?reverses_id\b",
        # The last asks which document at a provider a reversal takes back.
        (
            "shared/schema/views/standing_transactions.sql",
            "shared/schema/views/booked_transactions.sql",
            "shared/integrations/documents.py",
        ),
        "Select from standing_transactions, or from booked_transactions where reversals count on their own day.",
        (
            "NOT EXISTS (SELECT FROM payment_transactions r WHERE r.reverses_id = t.id)",
            "LEFT JOIN payment_transactions o ON o.id = t.reverses_id",
        ),
        ("INSERT INTO payment_transactions (id, reverses_id, reason)",),
    ),
    Expression(
        "what a transaction settles, credits or uses of a deposit",
        rf"CASE\s+[^;']{{1,40}}?\bWHEN\s+'(?:{MONEY_KINDS}|REVERSAL)'"
        rf"|\bkind\s+IN\s*\(\s*'(?:PAYMENT|CREDIT|APPLIED|FREED|DEPOSIT_APPLIED)'",
        # The last asks as which documents a transaction goes to a provider.
        (
            *(f"shared/schema/functions/{name}_by.sql" for name in MARKS),
            "shared/integrations/documents.py",
        ),
        "Add up a column of standing_transactions or booked_transactions: `settled`, `credit`, `charged` …",
        (
            "sum(CASE t.kind WHEN 'FREED' THEN -t.amount ELSE t.amount END)",
            "CASE coalesce(o.kind, t.kind) WHEN 'APPLIED' THEN",
            "WHERE t.kind IN ('PAYMENT', 'APPLIED', 'FREED')",
        ),
        ("CASE i.kind WHEN 'INVOICE' THEN i.total_amount", "t.kind = 'PAYMENT'"),
    ),
    Expression(
        "the state of a payment on a day",
        r"\b(?:THEN|ELSE)\s+'(?:SCHEDULED|DUE|OVERDUE)'|\"(?:SCHEDULED|DUE|OVERDUE)\"\s+(?:if|else)\b",
        ("shared/schema/functions/payment_state.sql",),
        "Call app.payment_state(status, owed, paid, due_date, today).",
        (
            "CASE WHEN due_date > %(today)s THEN 'SCHEDULED' END",
            "ELSE 'OVERDUE' END",
            'return "DUE" if due == today else "OVERDUE"',
        ),
        ("WHERE p.status IN ('SCHEDULED', 'DUE', 'OVERDUE')",),
    ),
    Expression(
        "what of a payment is settled",
        r"(?:\bSET|,)\s*(?:\w+\.)?paid_amount\s*=",
        ("shared/payments/settling.py",),
        "Write the transaction, then call shared.payments.settling.settle.",
        ("UPDATE payments SET paid_amount = paid_amount + %(amount)s", "SET status = 'PAID', paid_amount = 5"),
        ("AND p.paid_amount = 0", "SELECT p.paid_amount, p.status"),
    ),
)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.name)
def test_an_expression_of_money_is_written_once(expression: Expression) -> None:
    found = {str(path.relative_to(ROOT)) for path in FILES if re.search(expression.pattern, path.read_text())}
    assert found >= set(expression.homes), "The home says it in other words now: change the pattern."
    copies = sorted(found - set(expression.homes))
    assert copies == [], f"{expression.name} is said in {', '.join(expression.homes)}. {expression.instead}"


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.name)
def test_a_copy_of_it_is_found(expression: Expression) -> None:
    assert [text for text in expression.copies if not re.search(expression.pattern, text)] == []
    assert [text for text in expression.others if re.search(expression.pattern, text)] == []
