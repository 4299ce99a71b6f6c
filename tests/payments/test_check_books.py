"""The nightly check: it finds what does not tie, says whose it is, and counts it for the alarm."""

from datetime import date

import pytest

from functions.payments.check_books import check_books
from shared.payments.books import BROKEN
from tests.system.test_measures import lines, measures  # noqa: F401

# What each promise is broken by. History's trigger holds back nobody here: its rows are written, never changed.
BREAKS = {
    "a ledger's balance is what is open of its invoices, less unapplied credit, less what is prepaid": """
        UPDATE payments SET invoiced_on = NULL WHERE id = %(payment)s
    """,
    "the journal's receivable is what is open of the invoices": """
        UPDATE payments SET paid_amount = paid_amount - 1 WHERE id = %(payment)s
    """,
    "the journal's tenant credit is what is unapplied and what is prepaid": """
        UPDATE payments SET paid_amount = 1 WHERE id = %(uninvoiced)s
    """,
    "the journal's deposits held are those that are held": """
        INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id,
                                          kind, amount, paid_date)
        SELECT gen_random_uuid(), %(payment)s, id, owner_organization_id, client_organization_id, 'DEPOSIT_RETURNED', 1,
               '2027-02-01'
        FROM contracts WHERE id = %(contract)s
    """,
    "no more of a deposit is used than came": """
        INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id, client_organization_id,
                                          kind, amount, paid_date)
        SELECT gen_random_uuid(), %(payment)s, id, owner_organization_id, client_organization_id, 'DEPOSIT_RETURNED', 1,
               '2027-02-01'
        FROM contracts WHERE id = %(contract)s
    """,
    "a claim for what was spent gives its contract as much, and is in no invoice": """
        UPDATE payments SET charge = 'RECLAIM', installment_number = NULL, total_installments = NULL
        WHERE id = %(payment)s
    """,
    "no credit is used twice": """
        INSERT INTO payment_transactions (id, contract_id, owner_organization_id, client_organization_id, kind, amount,
                                          paid_date)
        SELECT gen_random_uuid(), id, owner_organization_id, client_organization_id, 'REFUND', 1, '2027-02-01'
        FROM contracts WHERE id = %(contract)s
    """,
    "credit stays only where nothing is open": """
        INSERT INTO payment_transactions (id, contract_id, owner_organization_id, client_organization_id, kind, amount,
                                          paid_date)
        SELECT gen_random_uuid(), id, owner_organization_id, client_organization_id, 'TRANSFER_IN', 1, '2027-02-01'
        FROM contracts WHERE id = %(contract)s
    """,
    "what was paid is what the transactions that stand settle": """
        UPDATE payments SET paid_amount = paid_amount - 1 WHERE id = %(payment)s
    """,
    "what was written off is what the transactions that stand say": """
        UPDATE payments SET written_off_amount = 1 WHERE id = %(payment)s
    """,
    "what is credited is what the credit notes say": """
        UPDATE payments SET credited_amount = 1 WHERE id = %(payment)s
    """,
    "a payment is PAID, open or cancelled by what is owed and paid of it": """
        UPDATE payments SET status = 'OVERDUE' WHERE id = %(payment)s
    """,
    "an installment has its invoice on its day of issue": """
        UPDATE payments SET due_date = '2027-02-02', period_start = '2027-02-02' WHERE id = %(uninvoiced)s
    """,
}


@pytest.fixture
def lease(calendar):
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    lease.pay(lease.payments()[0])
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    before = lease.rows()
    yield lease
    # What stayed broken would be found by every later check.
    lease.world.sql("SET session_replication_role = replica")
    sql = """DELETE FROM payment_transactions
             WHERE contract_id = %(id)s AND (payment_id IS NULL OR kind = 'DEPOSIT_RETURNED')"""
    lease.world.sql(sql, id=lease.contract)
    for row in before:
        lease.world.sql(
            """UPDATE payments SET invoiced_on = %(invoiced_on)s, paid_amount = %(paid_amount)s, status = %(status)s,
                      written_off_amount = 0, credited_amount = 0, due_date = %(due_date)s, owed = %(owed)s,
                      period_start = %(period_start)s, charge = %(charge)s,
                      installment_number = %(installment_number)s, total_installments = %(total_installments)s
               WHERE id = %(id)s""",
            **row,
        )
    lease.world.sql("SET session_replication_role = origin")


def found(lines):  # noqa: F811
    """Promise → the ids that break it; and what was counted."""
    told = lines()
    [done] = [line for line in told if line["message"] == "check_books done"]
    assert measures(done)["BooksBroken"] == ([["kind"], ["operation"]], "Count")
    return {line["promise"]: line["ids"] for line in told if line["message"] == "books do not tie"}, done["BooksBroken"]


def test_every_promise_is_broken_here():
    assert set(BREAKS) == {*BROKEN, "an installment has its invoice on its day of issue"}


@pytest.mark.parametrize("promise", BREAKS)
def test_what_does_not_tie_is_found_by_its_promise(calendar, lease, lines, promise):  # noqa: F811
    ids = {"contract": lease.contract, "payment": lease.rows()[0]["id"], "uninvoiced": lease.rows()[1]["id"]}
    calendar.run(check_books)
    before, counted = found(lines)
    assert not {str(one) for one in ids.values()} & {one for broken in before.values() for one in broken}

    lease.world.sql(BREAKS[promise], **ids)
    calendar.run(check_books)

    broken, now = found(lines)
    assert set(broken[promise]) & {str(one) for one in ids.values()}
    assert now > counted
