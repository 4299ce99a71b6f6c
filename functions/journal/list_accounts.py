"""List the accounts of the chart.

Shows the code and the name of the account for each role, as the journal uses them.
"""

from shared.journal import accounts, rules
from shared.journal.models import Chart
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /organizations/me/accounts", access=may(Right.READ_REPORTS))
def list_accounts(caller: Caller) -> Chart:
    with reading(caller) as tx:
        named = accounts.select_accounts(tx, caller.organization_id)
    return rules.chart_of(caller.organization_id, named)
