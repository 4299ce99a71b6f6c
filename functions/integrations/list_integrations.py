"""List the accounting connections.

One entry for each provider, connected or not: the company, which of its accounts ours are, and how many documents were
sent, wait, or were refused.
"""

from shared.integrations import queries, rules
from shared.integrations.models import IntegrationList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /integrations", access=may(Right.CONNECT_BOOKS))
def list_integrations(caller: Caller) -> IntegrationList:
    with reading(caller) as tx:
        found = queries.select_integrations(tx, caller.organization_id)
    return IntegrationList.of({"data": rules.shown(caller.organization_id, *found)})
