"""The owner's side publishes values of an index that its leases follow; functions/payments/follow_indexes.py has them
follow it.

What was published stays: a correction is the next version of its day.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import indexes, rules
from shared.payments.models import Index, IndexVersion, Publishing


@endpoint("PUT /indexes/{name}/values", access=may(Right.BOOK_MONEY), writes=True)
def publish_index(caller: Caller, name: str, publishing: Publishing) -> Index:
    rules.check_index_name(name)
    with transaction(caller) as tx:
        rows = indexes.publish(tx, caller, name, publishing)
        data = [IndexVersion.of(row) for row in rows]
        index = Index.of({"name": name, "organization_id": caller.organization_id, "data": data})
        tx.emit("index.published", index, values=len(publishing.values))
    return index
