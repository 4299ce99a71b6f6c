"""The shapes of imports, in requests and responses."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.imports.columns import Kind
from shared.kit.errors import DetailCode
from shared.kit.fields import AskedFlag, AskedId, Body, FrameData, Id, Like, Query, View
from shared.kit.paging import Paged, PageMeta

ImportStatus = Literal["QUEUED", "RUNNING", "COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED"]

TemplateFormat = Literal["CSV", "XLSX"]

FaultCode = Literal[DetailCode, "INTERNAL_ERROR"]
"""What is wrong with a row, for programs. INTERNAL_ERROR: nothing that its sender could know, but a fault of ours."""


class ImportFile(Body):
    """Which file to import: an upload with the purpose IMPORT."""

    upload_id: Id
    """A file that was uploaded with `POST /uploads`, for the purpose IMPORT."""


class ImportOptions(Query):
    """How to import, and for whom."""

    dry_run: AskedFlag = False
    """Check everything, and change nothing."""
    organization_id: AskedId | None = None
    """For the platform's staff: whose the import is. By default the caller's own organization's."""


class ImportFilter(Paged):
    """Which imports to list, newest first."""

    organization_id: AskedId | None = None
    """For the platform's staff: whose imports. By default the caller's own organization's."""


class ReportFilter(Paged):
    """Which part of an import's report to read, from the top of the file down."""

    failed_rows: AskedFlag = False
    """The rows that failed themselves, as a CSV file with the header and delimiter of the imported one: correct and
    import it."""


class TemplateFilter(Query):
    """Which template."""

    kind: Kind = Kind.BUILDINGS
    """What the rows of the file are to be."""
    format: TemplateFormat = "CSV"
    """The format of the file."""


class QueuedImport(View):
    """An import that has been accepted. Read it to see how far it is."""

    id: UUID
    status: ImportStatus


class ImportFailure(View):
    """Why an import failed as a whole: nothing of the file was imported from there on."""

    code: str
    message: str


class Import(QueuedImport):
    """An import: how far it is, while it runs, and what came of it."""

    kind: Kind
    dry_run: bool
    """Whether it only checks the file, and changes nothing."""
    file_name: str
    total: int | None
    """The rows of the file, without its header and without empty ones; null until they are counted."""
    succeeded: int
    """The rows that were imported, or need no change."""
    failed: int
    """The rows that could not be imported. The report says why."""
    columns_read: list[str]
    columns_ignored: list[str]
    """The columns of the file that mean nothing to an import."""
    failure: Annotated[dict[str, Any], Like("shared.imports.models.ImportFailure")] | None
    created_at: datetime
    finished_at: datetime | None

    accounted: ClassVar[tuple[str, ...]] = ("status", "kind", "dry_run", "total", "succeeded", "failed")


class ImportList(View):
    """A page of imports."""

    data: list[Import]
    meta: PageMeta


class Fault(View):
    """One thing that is wrong with a row."""

    column: str | None
    """The column; null where the row as a whole is at fault."""
    code: FaultCode
    message: str
    value: str
    """What stands in the file."""
    suggestion: str | None
    """What was probably meant, if that is one slip away."""


class ReportedFault(Fault):
    """One thing that is wrong with a row of the file."""

    row: int
    """The first line of the row in the file. The header is line 1."""


class ImportReport(View):
    """A page of what is wrong with the rows that failed."""

    data: list[ReportedFault]
    meta: PageMeta


class ImportProgress(FrameData):
    """How far an import is: at most once a second, and once when it ends."""

    frame_name: ClassVar[str] = "import:progress"
    import_id: UUID
    total: int | None
    succeeded: int
    failed: int
    status: ImportStatus


class TenantInvitation(View):
    """An invitation to a tenant whose lease was imported."""

    id: UUID
    email: Annotated[str, Field(max_length=255)]
