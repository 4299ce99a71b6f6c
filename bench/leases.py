"""Row 9: what a lease costs to calculate and to render as PDFs: its schedule, the invoice, the contract.

Pure work, without a database. Each figure is CPU of one core; they take turns, so that one slow minute hits all.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from bench.figures import Outcome, spread, table
from bench.ground import Ground
from shared.contracts.document import render_lease
from shared.maths.schedule import schedule
from shared.maths.terms import Escalation, Terms
from shared.payments.document import render_invoice
from tests.contracts.test_document import a_lease
from tests.payments.test_document import INVOICE

TITLE = "Schedule and documents of a lease: CPU"
COMPARED = "nothing: limits in milliseconds of one core"
ROUNDS = 30

# Ten years from the middle of a month, with 3 % more each year, three free months and a deposit.
TEN_YEARS = Terms(
    start_date=date(2027, 1, 15),
    bid_amount=Decimal("5000.00"),
    term_months=120,
    escalation=Escalation(kind="COMPOUND", percent=Decimal(3)),
    free_months=(1, 2, 3),
    deposit_months=Decimal(2),
)

WORK: dict[str, tuple[Callable[[], object], int, float | None]] = {
    "schedule of a ten-year lease": (lambda: schedule(TEN_YEARS), 20, 2.0),
    "invoice (10 a second)": (lambda: render_invoice(INVOICE), 1, 100.0),
    "lease of one year (5 a second)": (lambda: render_lease(a_lease(12)), 1, 200.0),
    "lease of ten years": (lambda: render_lease(a_lease(120)), 1, None),
}
"""What, how often in one measurement, and how many milliseconds it may take."""


def run(ground: Ground) -> Outcome:
    """Each once to warm up, then in turns."""
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(ROUNDS + 1):
        for name, (work, times, _) in WORK.items():
            cost = _cpu(work, times)
            if number:
                found[name].append(cost)
    told = {name: spread(values) for name, values in found.items()}
    goals = [
        (f"{name}: ≤ {most:.0f} ms", f"{told[name]} ms", told[name].median <= most)
        for name, (_, _, most) in WORK.items()
        if most is not None
    ]
    rows = [(name, told[name], f"{1000 / told[name].median:.0f}") for name in WORK]
    return Outcome(goals, table(("work", "CPU ms", "a second and core"), rows))


def _cpu(work: Callable[[], object], times: int) -> float:
    """Milliseconds."""
    began = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - began) / times * 1000
