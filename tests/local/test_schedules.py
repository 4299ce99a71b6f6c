"""When schedules are due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from local.cloud.triggers.schedules import Schedule

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday

CASES = [
    ("rate(5 minutes)", "2026-11-20T12:05"),
    ("rate(1 hour)", "2026-11-20T13:00"),
    ("cron(0 2 * * ? *)", "2026-11-21T02:00"),
    ("cron(0/15 * * * ? *)", "2026-11-20T12:15"),
    ("cron(30 12 * * ? *)", "2026-11-20T12:30"),
    ("cron(0 8 ? * MON-FRI *)", "2026-11-23T08:00"),
    ("cron(0 0 1 * ? *)", "2026-12-01T00:00"),
    ("cron(0 12 29 FEB ? *)", "2028-02-29T12:00"),
    ("cron(0 9,18 * * ? *)", "2026-11-20T18:00"),
    ("at(2026-12-24T18:00:00)", "2026-12-24T18:00"),
]


@pytest.mark.parametrize(("expression", "due"), CASES)
def test_a_schedule_is_due_when_aws_says(expression: str, due: str) -> None:
    schedule = Schedule(expression, UTC, "job", "{}")

    assert schedule.next_after(NOON) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_schedule_keeps_its_own_time_zone() -> None:
    schedule = Schedule("cron(0 2 * * ? *)", ZoneInfo("America/New_York"), "job", "{}")

    assert schedule.next_after(NOON) == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def test_a_past_moment_of_a_schedule_is_not_repeated() -> None:
    assert Schedule("at(2020-01-01T00:00:00)", UTC, "job", "{}").next_after(NOON) is None
