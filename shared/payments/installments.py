"""A schedule's lines as they are stored: one row each, with the explanation of its amount."""

from collections.abc import Sequence
from typing import Any

from shared.maths.explain import explain
from shared.maths.schedule import Line


def installments_of(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The rows of `queries.insert_schedule`; only installments of rent are counted."""
    count = sum(line.installment_number is not None for line in lines)
    return [
        {
            "charge": line.charge,
            "period_start": line.period_start,
            "period_end": line.period_end,
            "amount": line.amount,
            "abatement": line.abatement,
            "due_date": line.due_date,
            "installment_number": line.installment_number,
            "total_installments": count if line.installment_number else None,
            "explanation": explained(line),
        }
        for line in lines
    ]


def explained(line: Line) -> list[dict[str, Any]]:
    """The steps of a line's amount, as they are stored."""
    return [step._asdict() for step in explain(line).steps]
