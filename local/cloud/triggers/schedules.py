"""Schedules of EventBridge: rate(…), cron(…) and at(…), which call functions or fill queues.

Source: EventBridge Scheduler User Guide, "Schedule types".
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from local.cloud.lambdas.fleet import Lambdas
from local.cloud.templates.resources import Resources

UNITS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
DAYS = {name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), 1)}
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


@dataclass(frozen=True)
class Schedule:
    """One schedule and the function that it calls."""

    expression: str
    timezone: tzinfo
    function: str
    input: str

    def next_after(self, moment: datetime) -> datetime | None:
        """When it is due next; None where it is not due any more. Raises ValueError."""
        kind, _, inner = self.expression.rstrip(")").partition("(")
        if kind == "rate":
            number, unit = inner.split()
            return moment + timedelta(seconds=int(number) * UNITS[unit.rstrip("s")])
        if kind == "at":
            due = datetime.fromisoformat(inner).replace(tzinfo=self.timezone)
            return due if due > moment else None
        if kind == "cron":
            return _next_cron(inner.split(), moment.astimezone(self.timezone))
        raise ValueError(f"{self.expression} is no schedule")


def read_schedules(resources: Resources) -> list[Schedule]:
    """Every enabled schedule that targets a function, in template order."""
    templates = resources.templates
    found = []
    for resource in templates.all("AWS::Scheduler::Schedule"):
        properties = templates.properties(resource)
        zone = ZoneInfo(properties.get("ScheduleExpressionTimezone", "UTC"))
        found += _of(properties, zone, [properties["Target"]])
    for resource in templates.all("AWS::Events::Rule"):
        properties = templates.properties(resource)
        if "ScheduleExpression" in properties:
            found += _of(properties, UTC, properties.get("Targets", []))
    return found


def _of(properties: Mapping[str, Any], zone: tzinfo, targets: list[Mapping[str, Any]]) -> list[Schedule]:
    if properties.get("State") == "DISABLED":
        return []
    return [
        Schedule(properties["ScheduleExpression"], zone, target["Arn"].split(":")[6], target.get("Input", "{}"))
        for target in targets
        if ":lambda:" in target["Arn"]
    ]


async def keep_time(schedule: Schedule, lambdas: Lambdas) -> None:
    """Call the function whenever it is due, until cancelled."""
    due = schedule.next_after(datetime.now(UTC))
    while due is not None:
        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
        lambdas.invoke_later(schedule.function, schedule.input.encode())
        due = schedule.next_after(due)


def _next_cron(fields: list[str], moment: datetime) -> datetime | None:
    minutes, hours, days, months, weekdays, years = (
        _values(text, low, high) for text, (low, high) in zip(fields, RANGES, strict=True)
    )
    day = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    # Five years include every leap day and weekday that a schedule can mean.
    for _ in range(366 * 5):
        weekday = day.isoweekday() % 7 + 1
        if day.year in years and day.month in months and day.day in days and weekday in weekdays:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    due = day.replace(hour=hour, minute=minute)
                    if due >= day:
                        return due
        day = (day + timedelta(days=1)).replace(hour=0, minute=0)
    return None


def _values(text: str, low: int, high: int) -> set[int]:
    """The numbers a cron field stands for."""
    values: set[int] = set()
    for part in text.upper().split(","):
        part = re.sub(r"[A-Z]{3}", lambda name: str((MONTHS | DAYS)[name[0]]), part)
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first in ("*", "?") else int(first)
        stop = int(last) if last else high if first in ("*", "?") or step else start
        values.update(range(start, stop + 1, int(step or 1)))
    return values
