"""List the accounts or customers there.

What the provider had when it was last read, by name: accounts for ours to be mapped to, or customers for tenants.
"""

from shared.integrations import queries, rules, targets
from shared.integrations.models import Target, TargetFilter, TargetList
from shared.integrations.providers import title_of
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /integrations/{provider}/targets", access=may(Right.CONNECT_BOOKS), raises=(rules.NotConnected,))
def list_integration_targets(caller: Caller, provider: str, query: TargetFilter) -> TargetList:
    title_of(provider)
    with reading(caller) as tx:
        connection = rules.connected(queries.select_integration(tx, caller.organization_id, provider))
        rows = targets.select_targets(tx, connection["id"], query)
    shown, meta = query.page(rows, "sorted_by", "id")
    data = [Target.of({name: row[name] for name in Target.model_fields}) for row in shown]
    return TargetList.of({"data": data, "meta": PageMeta.of(meta)})
