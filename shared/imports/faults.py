"""What is wrong with a record, column by column, and what was probably meant."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from shared.buildings.traits import UsageType
from shared.imports.models import Fault, FaultCode
from shared.kit.countries import known_names
from shared.kit.sentences import detail_of
from shared.maths.choices import BillingFrequency
from shared.maths.currencies import CURRENCIES

M = TypeVar("M", bound=BaseModel)
YES = ("yes", "y", "true", "1")
NO = ("no", "n", "false", "0")
_LONGEST = 200
"""Characters of a value that a report shows."""
_SIGNS = re.compile(r"[$€£%]|[A-Z]{3}(?= )|(?<=\s)[A-Z]{3}$|\s")
"""What stands around an amount: a currency, a percent sign, and white space, also of the kind that never breaks."""
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_POINTS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", re.ASCII)
_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}", re.ASCII)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAYS = (
    re.compile(r"(?P<year>[0-9]{4})[./](?P<month>[0-9]{1,2})[./](?P<day>[0-9]{1,2})", re.ASCII),
    re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})", re.ASCII),
)
"""With points the day comes first; with slashes nobody knows."""


class Faulty(Exception):
    """A record that cannot be imported, with everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        super().__init__("faulty")


def fault(column: str | None, code: FaultCode, message: str, value: str = "", suggestion: str | None = None) -> Fault:
    """One thing that is wrong; with what was probably meant, where that is known. An empty suggestion is none."""
    return Fault.of(
        {
            "column": column,
            "code": code,
            "message": message,
            "value": value[:_LONGEST],
            "suggestion": (suggestion if suggestion is not None else meant(column, value)) or None,
        }
    )


def parsed(model: type[M], values: Mapping[str, str]) -> M:
    """The record as the model reads it. Raises Faulty."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        details = [detail_of(model, problem) for problem in error.errors(include_url=False)]
    found: dict[str, Fault] = {}
    for detail in details:
        column, *place = detail["field"].split(".")
        message = f"item {int(place[0]) + 1} {detail['message']}" if place else detail["message"]
        found.setdefault(column, fault(column, detail["code"], message, values.get(column, "")))  # type: ignore[arg-type]
    raise Faulty(*found.values())


def meant(column: str | None, value: str) -> str | None:
    """What was probably meant: the value in the form that is read, or the known one that it is one slip away from."""
    if not value or column is None:
        return None
    if found := _number(value) or _day(value):
        return found
    return nearest(value, _choices(column)) if column in _CHOICES else None


def _number(value: str) -> str | None:
    amount = _SIGNS.sub("", value)
    if _THOUSANDS.fullmatch(amount):
        return amount.replace(",", "")
    if _POINTS.fullmatch(amount) or _COMMA.fullmatch(amount):
        return amount.replace(".", "").replace(",", ".")
    return amount if amount != value and _PLAIN.fullmatch(amount) else None


def _day(value: str) -> str | None:
    for form in _DAYS:
        if match := form.fullmatch(value):
            try:
                return date(*(int(match[part]) for part in ("year", "month", "day"))).isoformat()
            except ValueError:
                return None
    return None


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known value that is one slip away: a letter more, less or other, two that changed places, or other cases."""
    by_case = {one.casefold(): one for one in known}
    found: Any = process.extractOne(value.casefold(), by_case.keys(), scorer=OSA.distance, score_cutoff=1)
    return by_case[found[0]] if found else None


@cache
def _choices(column: str) -> tuple[str, ...]:
    return tuple(sorted(_CHOICES[column]()))


_CHOICES: dict[str, Any] = {
    "country": known_names,
    "timezone": available_timezones,
    "usage_type": lambda: get_args(UsageType),
    "currency": lambda: CURRENCIES,
    "is_leasable": lambda: (*YES, *NO),
    "invite": lambda: (*YES, *NO),
    "contract_type": lambda: ("LEASE", "RENTAL"),
    "billing_frequency": lambda: get_args(BillingFrequency),
    "escalation_kind": lambda: ("NONE", "COMPOUND", "SIMPLE", "STEP"),
}
"""The columns whose values are some of a few."""
