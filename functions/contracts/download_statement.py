"""Download an account statement as PDF.

Available to both sides. The statement shows the contract's account at the time of the request; it is rendered each
time and is not stored.
"""

from uuid import UUID

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import ledger
from shared.payments.models import StatementDays


@endpoint(
    "GET /contracts/{contract_id}/statement",
    access=may(Right.READ_MONEY),
    # Without the right to list, S3 answers 403 and not 404 for a logo that is gone.
    uses=("media.read", "media.list"),
    layers=("documents",),
    memory=1024,
)
def download_statement(caller: Caller, contract_id: UUID, days: StatementDays) -> File:
    with reading(caller) as tx:
        found = ledger.select_statement(tx, caller, contract_id)
    if found is None:
        raise NotFound()
    # Imported here, because it pulls in fpdf2: the catalog and the refusals stay light.
    from shared.files.letterhead import logo_of
    from shared.payments.statement import render_statement, statement_of

    contract, entries = found
    document = render_statement(statement_of(contract, entries, days), logo_of(contract["owner_party"]))
    return File(document, "application/pdf", f"statement-{contract_id}.pdf")
