"""List the months of the books.

Shows which months are closed, the latest first.
"""

from shared.journal import periods, rules
from shared.journal.models import Period, PeriodList, PeriodMeta
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /periods", access=may(Right.READ_REPORTS))
def list_periods(caller: Caller) -> PeriodList:
    with reading(caller) as tx:
        books, first = periods.select_books(tx, caller.organization_id)
    months = rules.months_back(books["latest"], min(first or books["latest"], books["latest"]))
    meta = {"open_from": books["open_from"], "changed_at": books["updated_at"], "changed_by": books["updated_by"]}
    return PeriodList.of(
        {"data": [Period.of(rules.period_of(month, books)) for month in months], "meta": PeriodMeta.of(meta)}
    )
