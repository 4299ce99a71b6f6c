"""Disconnect accounting software.

Ends our access at the provider and forgets it. What was sent stays there, and the log stays here: the same company,
once it is connected again, gets what it does not have yet, and nothing twice.
"""

from shared.integrations import queries, rules
from shared.integrations.providers import title_of
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "DELETE /integrations/{provider}",
    access=may(Right.CONNECT_BOOKS),
    returns=204,
    writes=True,
    raises=(rules.NotConnected,),
)
def remove_integration(caller: Caller, provider: str) -> None:
    title_of(provider)
    with transaction(caller) as tx:
        before = rules.connected(queries.lock_integration(tx, caller.organization_id, provider))
        after = queries.update_status(tx, before["id"], "REMOVED", None)
        if after:
            tx.emit("integration.removed", rules.told(after), before=rules.told(before))
