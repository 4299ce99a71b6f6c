"""Try refused documents again.

The documents of the log that are named, or all that were refused, go once more now. Those that are there already are
never sent twice.
"""

from shared.integrations import documents, queries, rules
from shared.integrations.models import Retried, Retry
from shared.integrations.providers import title_of
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "POST /integrations/{provider}/retry",
    access=may(Right.CONNECT_BOOKS),
    returns=202,
    writes=True,
    raises=(rules.NotConnected,),
)
def retry_documents(caller: Caller, provider: str, asked: Retry) -> Retried:
    title_of(provider)
    with transaction(caller) as tx:
        connection = rules.going(queries.lock_integration(tx, caller.organization_id, provider))
        if asked.document_ids and documents.has_strange(tx, connection["id"], asked.document_ids):
            raise NotFound()
        queued = documents.update_again(tx, connection["id"], asked.document_ids)
        queries.update_unpaused(tx, connection["id"])
        tx.emit("integration.retried", rules.told(connection))
    return Retried.of({"queued": queued})
