"""Delete a feature flag.

It is off for everybody within 60 seconds.
"""

from shared.flags import queries
from shared.flags.models import FeatureFlag
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("DELETE /admin/flags/{name}", access=may(Right.KEEP_FLAGS), returns=204, writes=True)
def delete_flag(caller: Caller, name: str) -> None:
    with transaction(caller) as tx:
        row = queries.delete_flag(tx, name)
        if row is None:
            raise NotFound()
        tx.emit("flag.deleted", FeatureFlag.of(row))
