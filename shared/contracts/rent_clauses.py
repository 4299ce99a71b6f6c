"""A lease's clauses on rent: how it is billed, how it changes, which months are free, what late payment costs.

The wording follows docs/spec/lease-maths.md exactly: what it says is what the schedule charges.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from shared.contracts.clauses import Clause
from shared.kit.written import written_money
from shared.maths.terms import Escalation, IndexClause, LatePolicy, Terms

BILLED = {"MONTHLY": "monthly", "QUARTERLY": "quarterly", "ANNUAL": "annually"}

_PRORATION = {
    "ACTUAL_MONTH": "the monthly rent multiplied by the days of that part and divided by the days of that month",
    "ACTUAL_365": "twelve times the monthly rent, multiplied by the days of that part and divided by 365",
    "THIRTY_360": "the monthly rent multiplied by the days of that part and divided by 30",
}

Money = Callable[[Decimal], str]


def months_of(count: int) -> str:
    return f"{count} month" if count == 1 else f"{count} months"


def percent(value: Decimal) -> str:
    """5 %, 7.25 %: without the zeros that NUMERIC brings."""
    return f"{value.normalize():f} %"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def rent_clauses(terms: Terms, currency: str, rent: Decimal, total: Decimal) -> Iterator[Clause]:
    """The clauses in their order. `rent` is the first monthly base rent, `total` all of the schedule's."""

    def money(amount: Decimal) -> str:
        return written_money(currency, amount, terms.exponent)

    yield _rent(terms, money, rent, total)
    if changes := _changes(terms, currency):
        yield Clause("Changes of rent", tuple(changes))
    if terms.free_months:
        yield Clause(
            "Free rent",
            (
                f"No base rent is owed for {free_rent(terms.free_months)} of the term. Month 1 begins on the first day "
                "of the term, and each month as many calendar months after it. The Schedule shows what is abated.",
            ),
        )
    if terms.ti_allowance_psf:
        allowance = _per_foot(terms.ti_allowance_psf, currency)
        yield Clause(
            "Improvement allowance",
            (
                f"The Lessor contributes up to {allowance} to the Lessee’s improvements of the Premises, paid against "
                "proper invoices for work that the Lessor has consented to.",
            ),
        )
    yield from late_clauses(terms.late_policy, money)


def _rent(terms: Terms, money: Money, rent: Decimal, total: Decimal) -> Clause:
    code = dict(terms.tax_codes).get("RENT")
    tax = (
        "Tax is added to each installment of rent and paid with it, against a proper invoice, by the rates of the "
        f"Lessor’s tax code {code} for the days that the installment is for."
        if code
        else f"Tax of {percent(terms.tax_percent)} is added to each installment of rent and paid with it, against a "
        "proper invoice."
        if terms.tax_percent
        else "Value added tax, sales tax or a similar tax on rent, where one is due by law, is paid in addition "
        "against a proper invoice."
    )
    return Clause(
        "Rent",
        (
            f"The Lessee pays base rent of {money(rent)} a month{', as it changes' if _moves(terms) else ''}, "
            f"{BILLED[terms.billing_frequency]} in advance, in the installments and on the due dates of the Schedule, "
            f"{money(total)} in all.",
            f"Rent for a part of a calendar month is {_PRORATION[terms.proration]}, rounded half-up. The Schedule "
            "already reflects this and prevails over any other computation.",
            "Rent is paid without demand, set-off or deduction, except as the law requires, by the methods that the "
            f"Lessor accepts on the platform. {tax}",
        ),
    )


def _moves(terms: Terms) -> bool:
    return terms.escalation.kind != "NONE"


def summary_of_changes(terms: Terms, currency: str) -> str:
    """How the rent changes, in one line; empty if it does not."""
    escalation = terms.escalation
    if escalation.kind == "NONE":
        return ""
    if escalation.kind == "STEP":
        return "By the table of the Schedule"
    clause = escalation.index_clause
    moved = f"With the index {clause.name}" if clause else _increase(escalation, currency)
    return f"{moved}, every {months_of(escalation.every_months)}"


def _increase(escalation: Escalation, currency: str) -> str:
    if escalation.kind == "AMOUNT":
        amount = escalation.amount_psf or Decimal(0)
        return f"{_sign(amount)}{_per_foot(abs(amount), currency)} and year"
    change = escalation.percent or Decimal(0)
    of = "the rent before" if escalation.kind == "COMPOUND" else "the first rent"
    return f"{_sign(change)}{percent(abs(change))} of {of}"


def _sign(change: Decimal) -> str:
    return "−" if change < 0 else "+"


def _per_foot(amount: Decimal, currency: str) -> str:
    """USD 20.00, USD 0.125: two decimals, or as many as there are."""
    _, _, decimals = f"{amount.normalize():f}".partition(".")
    return f"{currency} {amount:,.{max(2, len(decimals))}f} per rentable square foot"


def _changes(terms: Terms, currency: str) -> list[str]:
    escalation = terms.escalation
    if escalation.kind == "NONE":
        return []
    if escalation.kind == "STEP":
        return ["The base rent changes on the days and to the amounts of the table in the Schedule."]
    if escalation.index_clause is not None:
        return _index(escalation, escalation.index_clause, currency, terms.exponent)
    return [
        f"The base rent changes {_anniversaries(escalation)}, by {_increase(escalation, currency)}. It is calculated "
        "unrounded from change to change; only installments are rounded. The Schedule shows each rent."
    ]


def _anniversaries(escalation: Escalation) -> str:
    return f"every {months_of(escalation.every_months)}, counted from the first day of the term"


def _index(escalation: Escalation, clause: IndexClause, currency: str, exponent: int) -> list[str]:
    chained = clause.mode == "PRIOR"
    before = "its value at the change before (at first the base value)" if chained else "the base value"
    rent = "the base rent last charged" if chained else "the first base rent"
    share = "" if clause.factor == 1 else f", multiplied by {clause.factor.normalize():f}"
    bounds = [
        f"at least {percent(clause.min)}" if clause.min is not None else "",
        f"at most {percent(clause.max)}" if clause.max is not None else "",
    ]
    bounded = " and ".join(bound for bound in bounds if bound)
    limits = []
    if clause.max_rent is not None:
        limits.append(f"The base rent does not exceed {written_money(currency, clause.max_rent, exponent)} a month.")
    if clause.upward_only:
        limits.append("It does not fall.")
    return [
        f"The base rent follows the index “{clause.name}”, whose base value is {clause.base_value.normalize():f}. It "
        f"changes {_anniversaries(escalation)}, by the percentage by which the index differs from {before}{share}"
        f"{f', but by {bounded}' if bounded else ''}. The percentage applies to {rent}.",
        *([" ".join(limits)] if limits else []),
        "The value that counts is the latest dated within the term and not after the day of the change, as the Lessor "
        "has published it on the platform; until there is one, the last known value stands. What a value that is "
        "published or corrected later changes is charged in a line of its own, or credited by a credit note; invoices "
        "once issued stay. The Schedule shows the rent as far as the index is known on the date of this Lease.",
    ]


def free_rent(months: Sequence[int]) -> str:
    """months 1 to 3 and 13: consecutive months become a range."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and runs[-1][1] == month - 1:
            runs[-1][1] = month
        else:
            runs.append([month, month])
    ranges = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    listed = ranges[0] if len(ranges) == 1 else f"{', '.join(ranges[:-1])} and {ranges[-1]}"
    return f"{'month' if len(months) == 1 else 'months'} {listed}"


def late_summary(policy: LatePolicy | None, money: Money) -> str:
    """What late payment costs, in one line; empty if it costs nothing."""
    if policy is None:
        return ""
    costs = [cost for cost in (_fee(policy, money), _interest(policy)) if cost]
    when = f"After {_days(policy.grace_days)}" if policy.grace_days else "From the day after the due date"
    return f"{when}: {'; '.join(costs)}" if costs else ""


def late_clauses(policy: LatePolicy | None, money: Money) -> Iterator[Clause]:
    """What late payment costs; no clause if it costs nothing."""
    if policy is None:
        return
    late = f"{_days(policy.grace_days)} after" if policy.grace_days else "after"
    due = f"{_days(policy.fee_due_days)} after" if policy.fee_due_days else "when"
    sentences = []
    if fee := _fee(policy, money):
        sentences.append(
            f"An installment that is unpaid {late} its due date bears, once, a late fee of {fee}. "
            f"The fee is due {due} it is charged."
        )
    if policy.annual_interest_percent:
        in_time = f", where it is unpaid {late} that date" if policy.grace_days else ""
        sentences.append(
            f"Overdue principal bears simple interest of {percent(policy.annual_interest_percent)} a year "
            f"from its due date until it is paid{in_time}, by actual days over 365. "
            f"The interest is due {due} it is charged."
        )
    if sentences:
        sentences[-1] += " Fees bear no interest. No charge exceeds what the law allows."
        yield Clause("Late payment", tuple(sentences))


def _fee(policy: LatePolicy, money: Money) -> str:
    if not policy.fee_percent:
        return money(policy.min_fee) if policy.min_fee else ""
    least = f", at least {money(policy.min_fee)}" if policy.min_fee else ""
    return f"{percent(policy.fee_percent)} of the overdue amount{least}"


def _interest(policy: LatePolicy) -> str:
    rate = policy.annual_interest_percent
    return f"interest {percent(rate)} a year" if rate else ""
