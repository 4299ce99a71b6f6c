"""Choose accounts and customers there.

Says which of the provider's accounts each of ours is, and which customers tenants are; documents go from then on. A
tenant for whom no customer was chosen becomes the one with exactly that name, or a new one. What was refused for want
of a choice is tried again.
"""

from shared.integrations import documents, queries, rules
from shared.integrations.models import CustomerChoice, Integration, IntegrationChange
from shared.integrations.providers import title_of
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Invalid
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /integrations/{provider}",
    access=may(Right.CONNECT_BOOKS),
    writes=True,
    raises=(rules.NotConnected,),
)
def change_integration(caller: Caller, provider: str, change: IntegrationChange) -> Integration:
    title_of(provider)
    given = change.model_fields_set
    accounts = {str(role): one for role, one in change.accounts.items()} if "accounts" in given else None
    customers = change.customers if "customers" in given else []
    with transaction(caller) as tx:
        before = _checked(tx, caller, provider, accounts or {}, customers)
        queries.upsert_customers(tx, before, customers)
        starts_on = change.starts_on if "starts_on" in given else None
        mapped = queries.update_mapped(tx, before["id"], caller, accounts, starts_on)
        documents.queue_again(tx, before["id"])
        found = queries.select_integrations(tx, caller.organization_id)
        [after] = mapped.answer()
        tx.emit("integration.changed", rules.told(after), before=rules.told(before))
    return next(one for one in rules.shown(caller.organization_id, *found) if one.provider == provider)


def _checked(tx: Tx, caller: Caller, provider: str, accounts: dict[str, str], customers: list[CustomerChoice]) -> Row:
    """The connection. Raises NotConnected, and Invalid naming what the provider does not have, and who is no tenant."""
    chosen = [one.customer_id for one in customers if one.customer_id]
    tenants = [one.tenant_id for one in customers]
    found, unknown, strange, strangers = queries.lock_and_look(
        tx, caller.organization_id, provider, list(accounts.values()), chosen, tenants
    )
    connection = rules.connected(found)
    wrong = [*rules.unknown_accounts(accounts, unknown), *rules.unknown_customers(customers, strange, strangers)]
    if wrong:
        raise Invalid(*wrong)
    return connection
