"""Asks for an import: with the file in the request itself, or with one that was uploaded."""

from typing import NamedTuple
from uuid import UUID

from shared.files import direct
from shared.files.access import openable_file
from shared.files.direct import Received
from shared.files.purposes import Purpose
from shared.files.rules import FileNotReady, FileRejected
from shared.imports import queries, rules
from shared.imports.announce import requested
from shared.imports.columns import Kind
from shared.imports.models import ImportFile, ImportOptions, QueuedImport
from shared.kit.binding import body_of_request, validate
from shared.kit.db import Row, Tx, transaction
from shared.kit.errors import Detail, Invalid
from shared.kit.multipart import file_of, is_form
from shared.kit.request import Caller, Request

_NAMES = {rules.XLSX_TYPE: "import.xlsx", "text/csv": "import.csv"}


class _Asked(NamedTuple):
    """Which file: one that came with the request, or an upload."""

    received: Received | None
    upload_id: UUID | None


def ask(caller: Caller, kind: Kind, options: ImportOptions, request: Request) -> QueuedImport:
    """Queue the import of the request's file. Raises Invalid, NotFound, FileRejected, FileNotReady."""
    organization_id = rules.organization_of(caller, options.organization_id)
    asked = _asked(caller, request)
    with transaction(caller) as tx:
        file = _file_of(tx, caller, asked)
        row, is_new = queries.insert_import(tx, caller, organization_id, kind, file, dry_run=options.dry_run)
        if is_new:
            requested(tx, row)
    return QueuedImport.of({"id": row["id"], "status": row["status"]})


def _asked(caller: Caller, request: Request) -> _Asked:
    content_type = request.headers.get("content-type", "")
    if not is_form(content_type):
        body, wrong = validate(ImportFile, body_of_request())
        if wrong:
            raise Invalid(*wrong)
        return _Asked(None, body.upload_id)
    sent = file_of(content_type, request.raw_body, "file")
    rules.check_size(sent.content)
    kind = rules.content_type_of(sent.content)
    name = _shown(sent.name) or _NAMES[kind]
    return _Asked(direct.keep_sheet(caller, name, kind, sent.content), None)


def _shown(name: str) -> str:
    """The name that people see: what a database and a header take of it."""
    return "".join(char for char in name if char.isprintable())[:255]


def _file_of(tx: Tx, caller: Caller, asked: _Asked) -> Row:
    if asked.received is not None:
        return direct.write(tx, caller, asked.received)
    assert asked.upload_id is not None  # noqa: S101 (one of both)
    file = openable_file(tx, caller, asked.upload_id)
    if file["purpose"] != Purpose.IMPORT:
        raise Invalid(Detail("upload_id", "must be a file that was uploaded for the purpose IMPORT"))
    if file["status"] == "REJECTED":
        raise FileRejected(file["rejected"])
    if file["status"] == "PENDING":
        raise FileNotReady()
    return file
