"""List tenants and their customers there.

Everybody with a lease, now or before: which customer they are at the provider, or would become by their name.
"""

from shared.integrations import queries, rules, targets
from shared.integrations.models import MappedTenant, MappedTenantList, TenantFilter
from shared.integrations.providers import title_of
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /integrations/{provider}/tenants", access=may(Right.CONNECT_BOOKS), raises=(rules.NotConnected,))
def list_integration_tenants(caller: Caller, provider: str, query: TenantFilter) -> MappedTenantList:
    title_of(provider)
    with reading(caller) as tx:
        connection = rules.connected(queries.select_integration(tx, caller.organization_id, provider))
        rows = targets.select_tenants(tx, connection, query)
    shown, meta = query.page(rows, "tenant_id")
    return MappedTenantList.of({"data": [MappedTenant.of(row) for row in shown], "meta": PageMeta.of(meta)})
