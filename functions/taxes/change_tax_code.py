"""Create or change a tax code.

A code has a category and, over time, rates. Leases name codes instead of a percent. An installment is taxed by the
rates of the days that it is for, whenever it is invoiced or paid. A new rate changes installments that are not invoiced
yet within the hour; those that are invoiced are corrected by a document of its own that names the invoice.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.taxes import queries, rules
from shared.taxes.models import TaxCode, TaxCodeChange

# functions/taxes/follow_tax_codes.py changes the installments, hourly.


@endpoint("PUT /organizations/me/tax-codes/{code}", access=may(Right.KEEP_BOOKS), writes=True)
def change_tax_code(caller: Caller, code: str, change: TaxCodeChange) -> TaxCode:
    rules.check_code(code)
    with transaction(caller) as tx:
        before = queries.lock_code(tx, caller.organization_id, code)
        stored = rules.stored(change)
        after = TaxCode.of(queries.update_code(tx, caller.organization_id, code, stored))
        tx.emit("tax_code.changed", after, before=TaxCode.of(before) if before else None)
    return after
