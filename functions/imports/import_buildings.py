"""Import buildings from a file.

Creates or updates buildings, floors and spaces from a CSV or XLSX file with a row for each space. Buildings and spaces
are recognized by your own ids, `building_external_id` and `space_external_id`. Rows that are wrong are left out, and
the import's report says why; the others are imported. The answer comes at once: read the import to see how far it is.

A file that is being imported, or was imported without a fault, is not imported again: the answer is its import. It is
imported again once buildings or spaces were changed or deleted since. Rows of a building that is deleted during the
import fail. With `dry_run`, everything is checked and nothing is changed.
"""

from shared.files.rules import FileNotReady, FileRejected
from shared.imports.asking import ask
from shared.imports.columns import Kind
from shared.imports.models import ImportFile, ImportOptions, QueuedImport
from shared.imports.rules import UploadGone
from shared.kit.catalog import Form
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may


@endpoint(
    "POST /admin/import/buildings",
    access=may(Right.IMPORT),
    returns=202,
    rate="upload",
    writes=True,
    verified=True,
    raises=(FileRejected, FileNotReady, UploadGone),
    uses=("files.write",),
    layers=("uploads",),
    form=Form(description="A CSV or XLSX file of up to 4 MB.", instead=ImportFile),
    timeout=29,
    memory=1024,
)
def import_buildings(caller: Caller, query: ImportOptions, request: Request) -> QueuedImport:
    return ask(caller, Kind.BUILDINGS, query, request)
