"""One structured JSON log line per event.

A line never contains personal data: callers appear as ids, bodies and tokens not at all.
"""

from datetime import UTC, datetime
from json import JSONEncoder
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter


class _Formatter(LambdaPowertoolsFormatter):
    """`timestamp` in UTC with `Z`, whatever the host's zone."""

    def formatTime(self, record: Any, datefmt: str | None = None) -> str:  # noqa: N802 (logging's name)
        at = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        return f"{at.isoformat(timespec='milliseconds')}Z"


logger = Logger(
    service="api",
    logger_formatter=_Formatter(
        log_record_order=["timestamp", "level", "correlation_id", "service", "message"],
        # Created once: Powertools' own serializer creates an encoder for every line.
        json_serializer=JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode,
    ),
)
