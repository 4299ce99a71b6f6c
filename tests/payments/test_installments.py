"""How a schedule's lines are stored."""

from datetime import date
from decimal import Decimal

from shared.maths.schedule import schedule
from shared.maths.terms import Terms
from shared.payments.installments import installments_of


def test_only_rent_is_counted_and_every_row_carries_its_explanation() -> None:
    terms = Terms(
        start_date=date(2025, 2, 1),
        bid_amount=Decimal(5000),
        term_months=3,
        deposit_months=Decimal(1),
        free_months=(1,),
    )

    deposit, free, *others = installments_of(schedule(terms))

    assert (deposit["charge"], deposit["installment_number"], deposit["total_installments"]) == ("DEPOSIT", None, None)
    assert (free["installment_number"], free["total_installments"]) == (1, 3)
    assert (free["amount"], free["abatement"]) == (Decimal(0), Decimal(5000))
    assert [row["due_date"] for row in others] == [date(2025, 3, 1), date(2025, 4, 1)]
    assert others[0]["explanation"][-1] == {
        "label": "Rounded half-up",
        "formula": "round(amount, exponent)",
        "inputs": {"amount": Decimal(5000), "exponent": 2},
        "result": Decimal("5000.00"),
    }
