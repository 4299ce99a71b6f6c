"""Name the accounts of the chart.

Replaces the codes and names under which the journal shows each account. An account that is not named here is called by
its role. Roles may share a code, with one name. The journal shows earlier entries under the new codes too.
"""

from shared.journal import accounts, rules
from shared.journal.models import Chart, ChartChange
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("PUT /organizations/me/accounts", access=may(Right.KEEP_BOOKS), writes=True)
def change_accounts(caller: Caller, change: ChartChange) -> Chart:
    named = rules.named(change)
    with transaction(caller) as tx:
        before = rules.chart_of(caller.organization_id, accounts.select_accounts(tx, caller.organization_id))
        chart = rules.chart_of(caller.organization_id, named)
        if chart != before:
            accounts.update_accounts(tx, caller.organization_id, named)
            tx.emit("chart.changed", chart, before=before)
    return chart
