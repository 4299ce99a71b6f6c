"""List documents sent to accounting software.

Each invoice, credit note and movement of money since the day from which documents are sent, the newest first: whether
it is there, why it was refused, or what it waits for.
"""

from shared.integrations import documents, queries, rules
from shared.integrations.models import LogFilter, SentDocument, SentDocumentList
from shared.integrations.providers import title_of
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /integrations/{provider}/log", access=may(Right.CONNECT_BOOKS), raises=(rules.NotConnected,))
def list_integration_log(caller: Caller, provider: str, query: LogFilter) -> SentDocumentList:
    title_of(provider)
    with reading(caller) as tx:
        connection = rules.connected(queries.select_integration(tx, caller.organization_id, provider))
        rows = documents.select_log(tx, connection["id"], query)
    shown, meta = query.page(rows, "document_id", "kind")
    return SentDocumentList.of({"data": [SentDocument.of(row) for row in shown], "meta": PageMeta.of(meta)})
