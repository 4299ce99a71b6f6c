"""The platform's own metrics, in CloudWatch's Embedded Metric Format (S0 §8.1).

A metric needs neither a call nor a line of its own: it is written as fields of the log line that its request writes
anyway (25 µs), where CloudWatch finds it by the key `_aws`. Powertools' Metrics would write a second line for every
request (31 µs, and the price of the log), with one set of dimensions for all its metrics, and would count for the
process instead of the request.

Dimensions are few and never personal: each of their values is a metric that costs money.
"""

import time
from typing import Any

from shared.kit.catalog import Operation
from shared.kit.log import logger
from shared.kit.request import Measures, current
from shared.kit.settings import setting

MILLISECONDS = "Milliseconds"

SLOW_QUERY = 100.0
"""Milliseconds (S0 §8.1)."""

# CloudWatch refuses a line with more values of one metric.
_MOST_VALUES = 100

_OVERALL = [["kind"], ["operation"]]


def count(name: str, value: float = 1, unit: str = "Count", **dimensions: str) -> None:
    """Count for the current request: by the given dimensions, or else by operation and by kind of operation."""
    values = current().measures.setdefault((name, unit, tuple(dimensions.items())), [])
    if len(values) < _MOST_VALUES:
        values.append(value)
    elif unit == "Count":
        values[-1] += value


def count_request(status: int, started: float) -> None:
    """Count the current request, which began at `started` (of `time.monotonic`)."""
    count("Requests", operation=current().operation.name, status=str(status))
    count("Duration", _since(started), MILLISECONDS)


def count_query(started: float, *statements: str) -> None:
    """Count one round trip to the database, begun at `started`; a slow one is logged with its statements."""
    duration = _since(started)
    count("QueryDuration", duration, MILLISECONDS)
    if duration > SLOW_QUERY:
        count("SlowQueries")
        # Statements are constant text: their values are sent separately.
        shortened = [" ".join(statement.split())[:200] for statement in statements]
        metadata = {"operation": current().operation.name, "duration_ms": duration, "statements": shortened}
        logger.warning("slow query", correlation_id=current().correlation_id, metadata=metadata)


def measured() -> dict[str, Any]:
    """What the current request has counted, as fields for its log line; the counts are reset."""
    request = current()
    lines = _lines(request.measures, request.operation)
    request.measures = {}
    for line in lines[1:]:
        logger.info("measures", correlation_id=request.correlation_id, **line)
    return lines[0] if lines else {}


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)


def _lines(measures: Measures, operation: Operation) -> list[dict[str, Any]]:
    """The metrics as fields of as few lines as can hold them: within a line, a name has one meaning."""
    lines: list[dict[str, Any]] = []
    for (name, unit, dimensions), values in measures.items():
        line = next((line for line in lines if _fits(line, name, dimensions)), None)
        if line is None:
            directives: list[dict[str, Any]] = []
            meta = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives}
            line = {"operation": operation.name, "kind": operation.kind, "_aws": meta}
            lines.append(line)
        line |= dict(dimensions) | {name: values[0] if len(values) == 1 else values}
        _declare(
            line["_aws"]["CloudWatchMetrics"], name, unit, [[key for key, _ in dimensions]] if dimensions else _OVERALL
        )
    return lines


def _fits(line: dict[str, Any], name: str, dimensions: tuple[tuple[str, str], ...]) -> bool:
    return name not in line and all(line.get(key, value) == value for key, value in dimensions)


def _declare(directives: list[dict[str, Any]], name: str, unit: str, sets: list[list[str]]) -> None:
    found = next((directive for directive in directives if directive["Dimensions"] == sets), None)
    if found is None:
        found = {"Namespace": f"leasing/{setting('STAGE')}", "Dimensions": sets, "Metrics": []}
        directives.append(found)
    found["Metrics"].append({"Name": name, "Unit": unit})
