"""Months of the calendar and of a lease.

Everything is counted from the start of the term: lease month k begins at start + (k − 1) months, clamped to the end
of a short month. Adding to the day before instead would drift: Jan 31, Feb 28, Mar 28.
"""

from datetime import date, timedelta

MAX_TERM_MONTHS = 600

DAY = timedelta(days=1)

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in(year: int, month: int) -> int:
    """How many days a month of the Gregorian calendar has."""
    if month == 2 and year % 4 == 0 and (year % 100 or year % 400 == 0):
        return 29
    return _DAYS[month - 1]


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it is shorter (Jan 31 + 1 = Feb 28/29).

    Raises ValueError past the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, days_in(year, month + 1)))


def end_date(start: date, term_months: int) -> date:
    """The last day of a term: start + `term_months` − 1 day [docs/spec/lease-maths.md, Schedule].

    Raises ValueError outside 1 to 600 months, or past the year 9999.
    """
    if not 1 <= term_months <= MAX_TERM_MONTHS:
        raise ValueError(f"term_months must be 1 to {MAX_TERM_MONTHS}, not {term_months}")
    return add_months(start, term_months) - DAY


def first_of_next_month(day: date) -> date:
    """Where a term begins whose bid names no start."""
    return add_months(day.replace(day=1), 1)


def months_left(as_of: date, expiry: date) -> int:
    """Whole months from `as_of` to the end of the day `expiry`; 0 where less than one is left."""
    after = expiry + DAY
    months = (after.year - as_of.year) * 12 + after.month - as_of.month
    return max(0, months if add_months(as_of, months) <= after else months - 1)
