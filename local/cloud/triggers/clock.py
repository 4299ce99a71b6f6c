"""`POST /_local/clock`: whole business days pass, each with the jobs that run on it."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from local.cloud.lambdas.fleet import Lambdas
from local.cloud.triggers.queues import Queues
from local.cloud.triggers.schedules import Schedule

DAYS_AT_ONCE = 3660
QUIET_SECONDS = 0.1
PATIENCE_SECONDS = 300.0


class BadRequest(Exception):
    """The invalid field, and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(f"{field} {message}")


def read_days(body: bytes) -> int:
    """How many days the request asks for. Raises BadRequest."""
    try:
        wanted = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("body", "must be JSON") from error
    if not isinstance(wanted, dict):
        raise BadRequest("body", "must be an object")
    if unknown := sorted(set(wanted) - {"advance_days"}):
        raise BadRequest(unknown[0], "is not a known field")
    days = wanted.get("advance_days")
    if type(days) is not int or not 1 <= days <= DAYS_AT_ONCE:
        raise BadRequest("advance_days", f"must be a whole number from 1 to {DAYS_AT_ONCE}")
    return days


def refusal(error: BadRequest) -> bytes:
    """The error in the shape of the platform's own API."""
    details = [{"field": error.field, "code": "INVALID", "message": error.message}]
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {
        "error": {"code": "VALIDATION_ERROR", "message": "The request is not valid.", "details": details},
        "meta": {"timestamp": now, "request_id": uuid4().hex},
    }
    return json.dumps(body).encode()


class Clock:
    """The business clock, which only this platform ever moves."""

    def __init__(
        self, next_day: Callable[[], str], schedules: Sequence[Schedule], lambdas: Lambdas, queues: Queues
    ) -> None:
        """`next_day` advances the database's clock by a day, and returns the new day."""
        self.next_day = next_day
        # Even a function with two schedules runs once a day.
        self.jobs = {schedule.function: schedule for schedule in schedules}
        self.lambdas = lambdas
        self.queues = queues
        self._one_at_a_time = asyncio.Lock()

    async def advance(self, days: int) -> dict[str, Any]:
        """Let `days` pass, one by one, with each day's jobs and everything they trigger."""
        jobs_run, today = 0, ""
        async with self._one_at_a_time:
            for _ in range(days):
                today = await asyncio.to_thread(self.next_day)
                for name, schedule in self.jobs.items():
                    await self.lambdas.invoke_with_retries(name, schedule.input.encode())
                    jobs_run += 1
                await self.settle()
        return {"today": today, "jobs_run": jobs_run}

    async def settle(self) -> None:
        """Wait until no queue holds anything and no function runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        quiet_since = None
        while time.monotonic() < deadline:
            if self.lambdas.is_busy or not await self.queues.is_empty():
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > QUIET_SECONDS:
                return
            await asyncio.sleep(0.02)
