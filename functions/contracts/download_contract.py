"""Both sides download their lease as a PDF.

The saga stores it; whoever comes before that gets the same bytes, rendered and stored right here.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.kit.aws import read_object, write_object
from shared.kit.catalog import Role
from shared.kit.db import Row, reading
from shared.kit.endpoint import File, endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.kit.settings import resource


@endpoint(
    "GET /contracts/{contract_id}/download",
    access={Role.OWNER, Role.CLIENT, Role.BROKER},
    raises=(rules.DocumentGone,),
    uses=("documents.read", "documents.write"),
    layers=("documents",),
    memory=1024,
)
def download_contract(caller: Caller, contract_id: UUID) -> File:
    with reading(caller) as tx:
        deal = queries.select_deal(tx, caller, contract_id)
    if deal is None:
        raise NotFound()
    if deal["document_key"] is None and deal["status"] == "TERMINATED":
        raise rules.DocumentGone()
    kept = read_object(resource("documents"), deal["document_key"]) if deal["document_key"] else None
    return File(kept or _rendered(deal), "application/pdf", f"lease-{contract_id}.pdf")


def _rendered(deal: Row) -> bytes:
    # Imported only where it is needed: fpdf2 costs a second of a cold start, a stored lease none of it.
    from shared.contracts.document import render_lease
    from shared.contracts.lease import lease_key, lease_of

    document = render_lease(lease_of(deal))
    write_object(resource("documents"), lease_key(deal), document, "application/pdf")
    return document
