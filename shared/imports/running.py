"""Runs an import: a batch of records in a transaction, together with how far it is then.

Whoever is killed, at whatever row, leaves whole batches done and none twice: the next one goes on from there. Of two
who run the same import, one finds that it has moved meanwhile, and stops.
"""

import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import boto3
import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from shared.files import rules as file_rules
from shared.imports import announce, inventory, queries, rules, tenancies
from shared.imports.columns import Kind
from shared.imports.faults import Faulty, fault
from shared.imports.houses import unit_of
from shared.imports.inventory import Writer
from shared.imports.models import Fault
from shared.imports.reading import CSV, XLSX, Form, Record, records_after, survey, values_of
from shared.kit.catalog import Role
from shared.kit.db import Row, Tx, transaction
from shared.kit.errors import Unavailable
from shared.kit.log import logger
from shared.kit.request import Caller, current
from shared.kit.settings import resource, setting
from shared.kit.unit import perform

T = TypeVar("T")

_TRIES = 3
"""How often a batch is tried that somebody else's change gets in the way of."""

_PASSING = (Unavailable, BotoCoreError, ClientError)
"""What is wrong with the database or S3, and may be right the next time."""

_DEFECT = fault(None, "INTERNAL_ERROR", rules.DEFECT)


class Work(NamedTuple):
    """How the records of a kind are read, and how a batch of them is written."""

    read: Callable[[int, dict[str, str]], Any]
    """What a record says. Raises Faulty."""
    key: Callable[[Any], str]
    """Its external id."""
    lines: Callable[[Any], int]
    """How many rows it comes to in the database."""
    write: Callable[[Writer, list[Any]], dict[int, list[Fault]]]
    """Write them all; what is wrong with those that cannot be written, by row."""


WORK = {
    Kind.BUILDINGS: Work(unit_of, lambda unit: str(unit.values["external_id"]), lambda unit: 1, inventory.write),
    Kind.LEASES: Work(tenancies.lease_of, lambda lease: str(lease.external_id), tenancies.lines_of, tenancies.write),
}


class Batch(NamedTuple):
    """Records that are done in one transaction: what they say, and what is wrong with those that say nothing."""

    records: list[Record]
    items: dict[int, Any]
    faults: dict[int, list[Fault]]


def run(import_id: UUID) -> None:
    """Go on with an import from where it is, until it ends or this function's time does."""
    started = time.monotonic()
    try:
        row = _performed(partial(_begin, import_id))
        if row is not None:
            _read_and_run(row, started)
    except _PASSING:
        # The message comes again, and after some attempts _begin gives up.
        raise
    except Exception as error:  # noqa: BLE001 (it would fail each time: the owner is told instead)
        _log(error)
        _performed(partial(fail, import_id, "INTERNAL_ERROR", rules.STOPPED))


def _read_and_run(row: Row, started: float) -> None:
    try:
        with fetched_file(row) as path:
            form = _form_of(row, path)
            with records_after(path, form, row["position"]) as records:
                _run(row, form, records, started)
    except rules.Unreadable as error:
        _performed(partial(fail, row["id"], error.code, f"{row['file_name']}: {error.message}"))


def _run(row: Row, form: Form, records: Iterator[Record], started: float) -> None:
    work, seconds = WORK[Kind(row["kind"])], float(setting("IMPORT_SECONDS", str(rules.RUN_SECONDS)))
    for batch in batches(work, form, records):
        is_over = time.monotonic() - started > seconds
        _wait_for_sockets(row)
        moved = _done(row, work, batch, is_over=is_over)
        if moved is None or is_over:
            return
        row = moved


def _wait_for_sockets(row: Row) -> None:
    """They hear of the end, and so of nothing in the second before."""
    if row["told_at"] is not None and row["total"] - row["position"] <= rules.BATCH:
        time.sleep(max(0.0, rules.FRAME_SECONDS - (datetime.now(UTC) - row["told_at"]).total_seconds()))


def batches(work: Work, form: Form, records: Iterable[Record]) -> Iterator[Batch]:
    """The records in portions of a thousand, or fewer where they come to many rows of the database."""
    batch, lines = Batch([], {}, {}), 0
    for record in records:
        batch.records.append(record)
        try:
            batch.items[record.row] = item = _read(work, form, record)
            lines += work.lines(item)
        except Faulty as refused:
            batch.faults[record.row] = refused.faults
        if len(batch.records) == rules.BATCH or lines >= rules.MOST_LINES:
            yield batch
            batch, lines = Batch([], {}, {}), 0
    if batch.records:
        yield batch


def _read(work: Work, form: Form, record: Record) -> Any:
    if any(record.cells[len(form.header) :]):
        raise Faulty(fault(None, "TOO_LONG", "has more cells than the header: is a delimiter not in quotes?"))
    try:
        return work.read(record.row, values_of(form, record))
    except Faulty:
        raise
    except Exception as error:  # noqa: BLE001 (of one row, not of the import)
        _log(error, record.row)
        raise Faulty(_DEFECT) from error


def _done(row: Row, work: Work, batch: Batch, *, is_over: bool) -> Row | None:
    """As `_do`. What fails unexpectedly is done in halves, down to the record that is at fault, which fails alone."""
    try:
        return _written(partial(_do, row, work, batch, is_over=is_over))
    except _PASSING:
        raise
    except Exception as error:
        if len(batch.records) == 1:
            [record] = batch.records
            if record.row in batch.faults:
                raise
            _log(error, record.row)
            return _written(partial(_do, row, work, Batch([record], {}, {record.row: [_DEFECT]}), is_over=is_over))
    first, second = _halves(batch)
    moved = _done(row, work, first, is_over=False)
    return moved and _done(moved, work, second, is_over=is_over)


def _halves(batch: Batch) -> tuple[Batch, Batch]:
    middle = len(batch.records) // 2
    first, second = (_part(batch, records) for records in (batch.records[:middle], batch.records[middle:]))
    return first, second


def _part(batch: Batch, records: list[Record]) -> Batch:
    rows = {record.row for record in records}
    items = {row: item for row, item in batch.items.items() if row in rows}
    return Batch(records, items, {row: faults for row, faults in batch.faults.items() if row in rows})


def _log(error: Exception, row: int | None = None) -> None:
    logger.error(
        "run_import met a fault of ours",
        correlation_id=current().correlation_id,
        error_type=type(error).__name__,
        sqlstate=getattr(error, "sqlstate", None),
        stack=traceback.format_tb(error.__traceback__),
        metadata={"row": row},
    )


def _begin(import_id: UUID) -> Row | None:
    """The import, if there is something to do. One whose file is still being checked waits for that."""
    with transaction() as tx:
        row = queries.lock_import(tx, import_id)
        if row is None or row["status"] not in rules.UNFINISHED or row["file_status"] in ("PENDING", "SCANNING"):
            return None
        tx.become(_asker(row))
        if row["file_status"] != "READY":
            _fail(tx, row, "FILE_REJECTED", f"The file was rejected: it {row['rejected'] or 'is gone'}.")
            return None
        if row["attempts"] >= rules.MOST_ATTEMPTS:
            _fail(tx, row, "UNREADABLE", "The file cannot be imported: reading it fails again and again.")
            return None
        return row | queries.update_begun(tx, import_id)


def _asker(row: Row) -> Caller:
    """In whose name an import changes things: whoever asked for it, in the organization that it is for."""
    return Caller(row["user_id"], row["organization_id"], Role.OWNER, session_id=row["id"])


def fail(import_id: UUID, code: str, message: str) -> None:
    """End the import, unless it has ended: nothing of its file is imported from here on."""
    with transaction() as tx:
        row = queries.lock_import(tx, import_id)
        if row is not None and row["status"] in rules.UNFINISHED:
            tx.become(_asker(row))
            _fail(tx, row, code, message)


def _fail(tx: Tx, row: Row, code: str, message: str) -> None:
    announce.ended(tx, queries.update_ended(tx, row["id"], "FAILED", {"code": code, "message": message}))


def _form_of(row: Row, path: str) -> Form:
    if row["form"] is not None:
        return Form(**{**row["form"], "header": tuple(row["form"]["header"])})
    content = XLSX if row["content_type"] == rules.XLSX_TYPE else CSV
    found = survey(path, content, Kind(row["kind"]))
    _performed(partial(_surveyed, row["id"], found))
    row["total"] = found.total
    return found.form


def _surveyed(import_id: UUID, found: Any) -> None:
    with transaction() as tx:
        queries.update_surveyed(tx, import_id, found)


def _do(row: Row, work: Work, batch: Batch, *, is_over: bool) -> Row | None:
    """Do a batch, and say how far the import is then; None if somebody else has moved it."""
    with transaction(_asker(row)) as tx:
        now = queries.lock_import(tx, row["id"])
        if now is None or now["status"] != "RUNNING" or now["position"] != row["position"]:
            return None
        faults = {**batch.faults}
        items, keys = _fresh(tx, row, work, batch, faults)
        if row["dry_run"]:
            tx.run("SAVEPOINT tried")
        faults |= work.write(Writer(tx, row["organization_id"], row["user_id"], row["created_at"]), items)
        if row["dry_run"]:
            tx.run("ROLLBACK TO SAVEPOINT tried")
        queries.insert_failures(tx, row["id"], batch.records, faults)
        queries.insert_keys(tx, row["id"], keys)
        return _moved(tx, row, len(batch.records) - len(faults), len(faults), is_over=is_over)


def _fresh(
    tx: Tx, row: Row, work: Work, batch: Batch, faults: dict[int, list[Fault]]
) -> tuple[list[Any], dict[str, int]]:
    """What the records say whose external ids the file had in no earlier row, and these ids."""
    items: list[Any] = []
    keys: dict[str, int] = {}
    met = queries.select_keys(tx, row["id"], [work.key(item) for item in batch.items.values()])
    for number, item in batch.items.items():
        key = work.key(item)
        if (earlier := met.get(key, keys.get(key))) is not None:
            column = "space_external_id" if row["kind"] == Kind.BUILDINGS else "contract_external_id"
            faults[number] = [fault(column, "IN_USE", f"stands in row {earlier} already", key, suggestion="")]
        else:
            keys[key] = number
            items.append(item)
    return items, keys


def _moved(tx: Tx, row: Row, succeeded: int, failed: int, *, is_over: bool) -> Row:
    is_last = row["position"] + succeeded + failed == row["total"]
    now, told_at = datetime.now(UTC), row["told_at"]
    is_told = is_last or told_at is None or (now - told_at).total_seconds() >= rules.FRAME_SECONDS
    moved = queries.update_moved(tx, row["id"], succeeded, failed, now if is_told else None)
    if is_last:
        moved = queries.update_ended(tx, row["id"], rules.ended(moved))
        announce.ended(tx, moved)
        return moved
    announce.progressed(tx, moved, is_told=is_told)
    if is_over:
        announce.continued(tx, moved)
    return moved


@contextmanager
def fetched_file(row: Row) -> Iterator[str]:
    """The path of a copy of the file: a database that is slow holds no connection to S3 meanwhile."""
    file = {"id": row["file_id"], "purpose": row["purpose"], "content_type": row["content_type"]}
    key = file_rules.key_of(file, "file", row["file_sha256"])
    with NamedTemporaryFile(suffix=".xlsx" if row["content_type"] == rules.XLSX_TYPE else ".csv") as copy:
        shutil.copyfileobj(boto3.client("s3").get_object(Bucket=resource("files"), Key=key)["Body"], copy, 1 << 20)
        copy.flush()
        yield copy.name


def _performed(story: Callable[[], T]) -> T:
    return perform(current().operation, story)


def _written(story: Callable[[], T]) -> T:
    """The story's answer; where somebody has just taken what it wants to take, it looks once more."""
    for attempt in range(_TRIES):
        try:
            return _performed(story)
        except psycopg.IntegrityError:
            if attempt + 1 == _TRIES:
                raise
    raise AssertionError("unreachable")
