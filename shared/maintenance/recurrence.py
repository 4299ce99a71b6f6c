"""When a plan's maintenance is due: the days of an RFC 5545 rule, in the building's time zone.

Only functions with the layer `recurrence` calculate days: with them comes dateutil.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

YEARS = 10
"""A rule that has no day within so many years has none."""

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9][0-9]{0,3}",
    "COUNT": r"[1-9][0-9]{0,4}",
    "UNTIL": r"[0-9]{8}(T[0-9]{6}Z?)?",
    "BYDAY": r"[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTH": r"(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2]))*",
    "BYMONTHDAY": r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*",
    "BYYEARDAY": r"[+-]?[0-9]{1,3}(,[+-]?[0-9]{1,3})*",
    "BYWEEKNO": r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*",
    "BYSETPOS": r"[+-]?[0-9]{1,3}(,[+-]?[0-9]{1,3})*",
    "WKST": r"MO|TU|WE|TH|FR|SA|SU",
}


class InvalidRule(ValueError):
    """The rule is none, or one that we do not follow; the sentence says why."""


def parts_of(rule: str) -> dict[str, str]:
    """The rule's parts. Raises InvalidRule."""
    found: dict[str, str] = {}
    for text in rule.removeprefix("RRULE:").split(";"):
        match = _PART.fullmatch(text)
        if match is None or match[1] in found:
            raise InvalidRule("must be an RFC 5545 rule, such as FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1")
        if match[1] not in _PARTS:
            raise InvalidRule(f"must not have {match[1]}: a rule names days")
        if not re.fullmatch(_PARTS[match[1]], match[2]):
            raise InvalidRule(f"must not have {match[1]}={match[2]}")
        found[match[1]] = match[2]
    if "FREQ" not in found:
        raise InvalidRule("must have FREQ")
    if {"COUNT", "UNTIL"} <= found.keys():
        raise InvalidRule("must not have both COUNT and UNTIL")
    return found


def next_day(rule: str, starts_on: date, since: date) -> date | None:
    """The rule's first day that is not before `since`; None if there is none within ten years. Raises InvalidRule."""
    since = max(since, starts_on)
    return next((day for day in _days(rule, starts_on, _years_after(since)) if day >= since), None)


def following_day(rule: str, starts_on: date, day: date) -> date | None:
    """As next_day, the first day after that one."""
    return next_day(rule, starts_on, day + timedelta(days=1))


def _days(rule: str, starts_on: date, last: date) -> Iterator[date]:
    """The rule's days up to the last one. It never goes on for ever, whatever the rule."""
    # Imported here: whoever only reads a plan needs no calendar.
    from dateutil.rrule import rrulestr

    parts = parts_of(rule)
    count = parts.pop("COUNT", None)
    until = min(_day_of(parts.pop("UNTIL")), last) if "UNTIL" in parts else last
    if until < starts_on:
        return iter(())
    written = ";".join(f"{name}={value}" for name, value in [*parts.items(), ("UNTIL", f"{until:%Y%m%d}")])
    try:
        days = rrulestr(written, dtstart=datetime(starts_on.year, starts_on.month, starts_on.day))  # noqa: DTZ001
    except (ValueError, IndexError, TypeError) as error:
        raise InvalidRule("must be an RFC 5545 rule, such as FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1") from error
    return islice((moment.date() for moment in days), int(count) if count else None)


def _day_of(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise InvalidRule(f"must not have UNTIL={text}") from None


def _years_after(day: date) -> date:
    return day + timedelta(days=round(YEARS * 365.25))
