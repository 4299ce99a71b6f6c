"""List the organization's tax codes.

Shows each code with its category and its rates over time.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.taxes import queries
from shared.taxes.models import TaxCode, TaxCodeList


@endpoint("GET /organizations/me/tax-codes", access=may(Right.READ_REPORTS))
def list_tax_codes(caller: Caller) -> TaxCodeList:
    with reading(caller) as tx:
        rows = queries.select_codes(tx, caller.organization_id)
    return TaxCodeList.of({"data": [TaxCode.of(row) for row in rows]})
