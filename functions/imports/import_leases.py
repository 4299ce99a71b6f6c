"""Import running leases.

Takes over the leases that run today, or that are signed and start later, from a CSV or XLSX file with a row for each. A
lease's schedule is calculated as for every other one. What is due up to `paid_through`, and the deposit, count as paid
before; installments since are open, and are invoiced on the day of the import. `open_balance` is what is owed besides,
or, below zero, what is credit.

A tenant is known by their e-mail address until they accept an invitation, which `invite` sends them: until then,
nothing of the lease reaches anybody but you. A lease is recognized by your own id of it, `contract_external_id`, and is
imported once.
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
    "POST /imports/leases",
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
def import_leases(caller: Caller, query: ImportOptions, request: Request) -> QueuedImport:
    return ask(caller, Kind.LEASES, query, request)
