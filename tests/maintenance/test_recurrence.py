"""The days of a rule (RFC 5545), and rules that are none."""

from datetime import date

import pytest

from shared.maintenance.recurrence import InvalidRule, following_day, next_day

START = date(2026, 1, 31)


def days(rule, starts_on=START, since=None, most=5):
    found, day = [], next_day(rule, starts_on, since or starts_on)
    while day and len(found) < most:
        found.append(day.isoformat())
        day = following_day(rule, starts_on, day)
    return found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("FREQ=DAILY;COUNT=2", ["2026-01-31", "2026-02-01"]),
        ("RRULE:FREQ=YEARLY", ["2026-01-31", "2027-01-31", "2028-01-31", "2029-01-31", "2030-01-31"]),
        # Months without a 31st are skipped.
        ("FREQ=MONTHLY", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20260301", ["2026-02-09", "2026-02-23"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", ["2026-02-02", "2026-03-02"]),
        ("FREQ=YEARLY;UNTIL=20270131T000000Z", ["2026-01-31", "2027-01-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", ["2028-02-29", "2032-02-29"]),
    ],
)
def test_a_rule_names_days(rule, found):
    assert days(rule) == found


def test_february_29_is_skipped_in_other_years():
    assert days("FREQ=YEARLY", date(2024, 2, 29), most=3) == ["2024-02-29", "2028-02-29", "2032-02-29"]


def test_a_rule_that_started_long_ago_goes_on_from_today():
    assert days("FREQ=WEEKLY;INTERVAL=3", date(1999, 1, 4), date(2026, 12, 1), 2) == ["2026-12-14", "2027-01-04"]
    assert days("FREQ=DAILY;COUNT=3", date(2020, 1, 1), date(2026, 12, 1)) == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;INTERVAL=11;BYMONTH=1;BYMONTHDAY=1",
    ],
)
def test_a_rule_without_a_day_in_ten_years_has_none(rule):
    assert next_day(rule, START, START) is None


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every monday",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "BYMONTH=1",
        "FREQ=DAILY;BYHOUR=1,2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=1;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20271301",
        "FREQ=DAILY;FREQ=YEARLY",
        "FREQ=MONTHLY;BYDAY=9XX",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY\nDTSTART:19700101T000000Z",
        "FREQ=DAILY;DTSTART=19700101",
    ],
)
def test_what_is_no_rule_is_refused_in_a_sentence(rule):
    with pytest.raises(InvalidRule, match="must"):
        next_day(rule, START, START)
