"""Publish index values.

The owner's organization publishes values of an index that its leases use for rent adjustments. An hourly job then
adjusts the rents. Published values are never changed: a correction is a new version for the same day.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import indexes, rules
from shared.payments.published import Index, IndexVersion, Publishing

# functions/payments/follow_indexes.py adjusts the rents, hourly.


@endpoint("PUT /indexes/{name}/values", access=may(Right.RECORD_PAYMENTS), writes=True)
def publish_index(caller: Caller, name: str, publishing: Publishing) -> Index:
    rules.check_index_name(name)
    with transaction(caller) as tx:
        rows = indexes.publish(tx, caller, name, publishing)
        data = [IndexVersion.of(row) for row in rows]
        index = Index.of({"name": name, "organization_id": caller.organization_id, "data": data})
        tx.emit("index.published", index, values=len(publishing.values))
    return index
