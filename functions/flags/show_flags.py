"""Show the caller's feature flags.

Says of each flag whether it is on for the caller. A flag that is not named is off.
"""

from shared.flags import queries, rules
from shared.flags.models import FlagsOfCaller
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller


@endpoint("GET /flags", access=EVERY_ROLE)
def show_flags(caller: Caller) -> FlagsOfCaller:
    with reading(caller) as tx:
        flags = queries.select_flags(tx)
    return FlagsOfCaller(data={flag["name"]: rules.is_on(flag, caller) for flag in flags})
