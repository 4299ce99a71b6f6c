"""One attempt at an export: its file, written while it is read; or, in words, why there is none."""

import traceback
from typing import Any

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from shared.exports import formats, reasons, rules
from shared.exports.access import acting_of
from shared.exports.formats import TooLong
from shared.exports.kinds import ExportKind
from shared.exports.sources import SOURCES
from shared.exports.whole import write_whole
from shared.kit.db import Row
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.settings import resource
from shared.kit.snapshot import snapshot
from shared.kit.streamed import Upload

Outcome = tuple[str, dict[str, Any]]

_REASONS: tuple[tuple[tuple[type[Exception], ...], str, bool], ...] = (
    ((BotoCoreError, ClientError), reasons.NO_STORAGE, False),
    ((psycopg.Error, Unavailable), reasons.NO_DATABASE, False),
    ((TooLong,), reasons.TOO_LONG, True),
    ((Exception,), reasons.OURS, False),
)
"""Why an attempt fails, and whether the next one would fail as well."""


def attempt(order: Row) -> Outcome:
    """The event that says how it went, and its data."""
    try:
        return "export.written", _write(order)
    except Exception as error:  # noqa: BLE001 (whatever went wrong, somebody is told, and it is tried again)
        logger.error(
            "an export was not written",
            error_type=type(error).__name__,
            sqlstate=getattr(error, "sqlstate", None),
            stack=traceback.format_tb(error.__traceback__),
        )
        reason, is_final = next((words, ends) for kinds, words, ends in _REASONS if isinstance(error, kinds))
        return "export.unwritten", {"reason": reason, "is_final": is_final}


def _write(order: Row) -> dict[str, Any]:
    key = rules.key_of(order, new_id().hex)
    with snapshot(acting_of(order), rules.WRITING_SECONDS) as tx:
        with Upload(resource("exports"), key, rules.content_type_of(order)) as upload:
            if order["kind"] == ExportKind.ALL:
                rows = write_whole(tx, order, upload)
            else:
                rows = formats.write(order["format"], tx, SOURCES[ExportKind(order["kind"])], order, upload)
    return {"rows": rows, "size_bytes": upload.size, "sha256": upload.sha256, "object_key": key}
