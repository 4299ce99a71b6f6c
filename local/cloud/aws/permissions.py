"""Whether a role's policies allow an action: IAM's evaluation, for the subset that CDK generates.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements". An explicit deny wins, then an allow;
the default is deny. Resource policies, boundaries and endpoint policies are not evaluated.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Demand:
    """One thing a request wants to do: an action, on a resource, under circumstances."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def allowed(statements: Iterable[Statement], demand: Demand) -> bool:
    """Whether these statements, together, allow it."""
    effects = {statement["Effect"] for statement in statements if _applies(statement, demand)}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Statement, demand: Demand) -> bool:
    return (
        _names(statement, "Action", demand.action, ignore_case=True)
        and _names(statement, "Resource", demand.resource, ignore_case=False)
        and all(
            _holds(operator, key, _listed(wanted), demand.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _names(statement: Statement, element: str, value: str, ignore_case: bool) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(value, each, ignore_case) for each in _listed(statement[f"Not{element}"]))
    return any(_like(value, each, ignore_case) for each in _listed(statement.get(element, [])))


def _holds(operator: str, key: str, wanted: Sequence[str], context: Mapping[str, str]) -> bool:
    # Our contexts hold one value per key, for which both quantifiers mean the same, except when it is missing.
    quantifier, _, operator = operator.rpartition(":")
    operator, if_exists = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    actual = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "Null":
        return (actual is None) == (wanted[0].lower() == "true")
    if actual is None:
        return if_exists or quantifier == "ForAllValues" or "Not" in operator
    test = OPERATORS.get(operator.replace("Not", ""))
    if test is None:
        return False
    return any(test(actual, each) for each in wanted) != ("Not" in operator)


def _like(value: str, pattern: str, ignore_case: bool = False) -> bool:
    return _pattern(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "NumericEquals": lambda actual, wanted: float(actual) == float(wanted),
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
    "NumericLessThanEquals": lambda actual, wanted: float(actual) <= float(wanted),
    "NumericGreaterThan": lambda actual, wanted: float(actual) > float(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted: float(actual) >= float(wanted),
}


def _listed(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
