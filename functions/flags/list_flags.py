"""List the feature flags.

Shows every flag, and for whom it is on.
"""

from shared.flags import queries
from shared.flags.models import FeatureFlag, FeatureFlagList
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /admin/flags", access=may(Right.KEEP_FLAGS))
def list_flags(caller: Caller) -> FeatureFlagList:
    with reading(caller) as tx:
        rows = queries.select_flags(tx)
    return FeatureFlagList.of({"data": [FeatureFlag.of(row) for row in rows]})
