"""Send what waits now.

Reads the provider's accounts and customers again, and sends the documents that wait, also where a pause had not ended.
It happens in the background: the log shows what becomes of each document.
"""

from shared.integrations import queries, rules
from shared.integrations.models import Integration
from shared.integrations.providers import title_of
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "POST /integrations/{provider}/sync",
    access=may(Right.CONNECT_BOOKS),
    returns=202,
    writes=True,
    raises=(rules.NotConnected,),
)
def sync_integration(caller: Caller, provider: str) -> Integration:
    title_of(provider)
    with transaction(caller) as tx:
        connection = rules.going(queries.lock_integration(tx, caller.organization_id, provider))
        queries.update_unpaused(tx, connection["id"])
        tx.emit("integration.read_requested", rules.told(connection))
        found = queries.select_integrations(tx, caller.organization_id)
    return next(one for one in rules.shown(caller.organization_id, *found) if one.provider == provider)
