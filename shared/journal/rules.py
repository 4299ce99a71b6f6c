"""Which months may be closed, what the accounts are called, and what an answer of the journal shows."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args
from uuid import UUID

from shared.journal.models import Account, AccountRole, Chart, ChartChange, PeriodStatus
from shared.kit.errors import Conflict, Detail, Invalid
from shared.maths.months import DAY

ROLES: tuple[AccountRole, ...] = get_args(AccountRole)

_PERIOD = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


class PeriodNotOver(Conflict):
    message = "The month is not over yet."
    remedy = "Close it once it has ended at every building of the organization."


def month_of(period: str) -> date:
    """The first day of a month that is given as `YYYY-MM`. Raises Invalid on `period`."""
    if not _PERIOD.fullmatch(period):
        raise Invalid(Detail("period", "must be a month in the format YYYY-MM", "WRONG_FORMAT"))
    return date.fromisoformat(f"{period}-01")


def next_month(month: date) -> date:
    """The first day of the month after that of `month`."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def opened_from(month: date, status: PeriodStatus, open_from: date | None, today: date) -> date | None:
    """The first day that takes postings, after the month that begins on `month` was closed or opened; before, it was
    `open_from`. `today` is the earliest of the buildings' days. Raises PeriodNotOver."""
    if status == "OPEN":
        return open_from if open_from is None or open_from <= month else month
    following = next_month(month)
    if following > today:
        raise PeriodNotOver(Detail("period", f"ends on {(following - DAY).isoformat()}; today is {today.isoformat()}"))
    return following if open_from is None else max(open_from, following)


def is_closed(month: date, open_from: date | None) -> bool:
    """Whether the month that begins on `month` takes no postings."""
    return open_from is not None and month < open_from


def period_of(month: date, books: dict[str, Any]) -> dict[str, Any]:
    """A month as it is shown; `books` has the `organization_id` and the day that is `open_from`."""
    closed = is_closed(month, books["open_from"])
    return {
        "period": f"{month:%Y-%m}",
        "status": "CLOSED" if closed else "OPEN",
        "posts_on": books["open_from"] if closed else None,
        "organization_id": books["organization_id"],
    }


def months_back(last: date, first: date) -> Iterator[date]:
    """The first days of the months from that of `last` back to that of `first`."""
    month = last.replace(day=1)
    while month >= first.replace(day=1):
        yield month
        month = (month - DAY).replace(day=1)


def named(change: ChartChange) -> dict[str, dict[str, str]]:
    """The chart as it is stored. Raises Invalid on the code that another role has unless the chart names it."""
    chart: dict[str, dict[str, str]] = {one.role: {"code": one.code, "name": one.name} for one in change.accounts}
    defaults: dict[str, str] = {role: _words(role) for role in ROLES if role not in chart}
    wrong = [
        Detail(f"accounts.{place}.code", f"is the code of the role {one.code}: name that role as well", "IN_USE")
        for place, one in enumerate(change.accounts)
        if one.code in defaults and one.name != defaults[one.code]
    ]
    if wrong:
        raise Invalid(*wrong)
    return chart


def chart_of(organization_id: UUID, named: dict[str, dict[str, str]]) -> Chart:
    """Every account, by its role where the chart (as it is stored) does not name it."""
    rows = [{"role": role} | named.get(role, {"code": role, "name": _words(role)}) for role in ROLES]
    return Chart.of({"organization_id": organization_id, "accounts": [Account.of(row) for row in rows]})


def _words(role: str) -> str:
    return role.replace("_", " ").capitalize()
