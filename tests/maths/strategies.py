"""Generated terms: legal, of every kind, with the days that drift in a careless calendar more often than by chance."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from shared.maths.terms import Escalation, IndexClause, IndexValue, RentStep, Terms

D = Decimal

starts = (
    st.dates(date(1999, 1, 1), date(2120, 12, 31))
    | st.builds(
        lambda year, month, back: date(year, month, monthrange(year, month)[1] - back),
        st.integers(1999, 2120),
        st.integers(1, 12),
        st.integers(0, 2),
    )
    | st.builds(date, st.integers(1999, 2120), st.integers(1, 12), st.just(1))
)
rents = st.decimals(D("0.01"), D("999999.99"), places=2)
percents = st.decimals(D(-10), D(25), places=2)
areas = st.decimals(D(1), D(99999), places=1)
frequencies = st.sampled_from(["MONTHLY", "QUARTERLY", "ANNUAL"])
prorations = st.sampled_from(["ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"])


@st.composite
def escalations(draw, term_months, base):
    kind = draw(st.sampled_from(["NONE", "COMPOUND", "SIMPLE", "STEP", "AMOUNT", "INDEX"]))
    every = draw(st.sampled_from([12, 12, 1, 5, 24]))
    if kind == "COMPOUND":
        return Escalation(kind, percent=draw(percents), every_months=every)
    if kind == "SIMPLE":
        # Never below zero, however often.
        return Escalation(kind, percent=draw(st.decimals(D("-0.1"), D(25), places=2)), every_months=every)
    if kind == "AMOUNT":
        return Escalation(kind, amount_psf=draw(st.decimals(D(0), D(5), places=2)), every_months=every)
    if kind == "STEP":
        later = draw(st.sets(st.integers(2, max(2, term_months)), max_size=4)) if term_months > 1 else set()
        return Escalation(kind, table=tuple(RentStep(month, draw(rents)) for month in [1, *sorted(later)]))
    if kind == "INDEX":
        least = draw(st.none() | st.decimals(D(-5), D(3), places=1))
        return Escalation(
            kind,
            every_months=every,
            index_clause=IndexClause(
                "CPI",
                base_value=draw(st.decimals(D(50), D(300), places=1)),
                factor=draw(st.sampled_from([D(1), D("0.9"), D("0.333")])),
                min=least,
                max=draw(st.none() | st.decimals(D(3), D(8), places=1)),
                max_rent=draw(st.none() | st.just(base + 50)),
                mode=draw(st.sampled_from(["BASE", "PRIOR"])),
                upward_only=draw(st.booleans()),
            ),
        )
    return Escalation()


@st.composite
def index_values(draw, start):
    return tuple(
        IndexValue(
            start + timedelta(days=draw(st.integers(-400, 2000))),
            draw(st.decimals(D(50), D(300), places=1)),
            final=draw(st.booleans()),
            version=version,
        )
        for version in draw(st.permutations(range(1, draw(st.integers(2, 7)))))
    )


@st.composite
def offers(draw, longest=72, **fixed):
    """Terms of a lease, and the values of its index."""
    term_months = fixed.get("term_months") or draw(st.integers(1, longest))
    start = fixed.get("start_date") or draw(starts)
    rent = draw(rents)
    values = {
        "start_date": start,
        "bid_amount": rent,
        "term_months": term_months,
        "billing_frequency": draw(frequencies),
        "proration": draw(prorations),
        "escalation": draw(escalations(term_months, rent)),
        "free_months": tuple(sorted(draw(st.sets(st.integers(1, term_months), max_size=4)))),
        "deposit_months": draw(st.sampled_from([D(0), D(1), D("2.5")])),
        "area": draw(areas),
        "exponent": draw(st.sampled_from([0, 2])),
    }
    if values["escalation"].kind in ("NONE", "COMPOUND", "SIMPLE", "AMOUNT") and draw(st.booleans()):
        values |= {"bid_amount": None, "base_rent_psf": draw(st.decimals(D("0.01"), D(900), places=2))}
    indexed = values["escalation"].kind == "INDEX"
    return Terms(**(values | fixed)), draw(index_values(start)) if indexed else ()
