"""Create or change a feature flag.

It takes effect everywhere within 60 seconds. What is left out of the body limits nobody. `user_ids` are always
admitted; `roles`, `organization_ids` and `rollout_percent` must all admit a user. A rollout admits the same users each
time, and further ones when it grows.
"""

from shared.flags import queries, rules
from shared.flags.models import FeatureFlag, FlagChange
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("PUT /admin/flags/{name}", access=may(Right.KEEP_FLAGS), writes=True)
def change_flag(caller: Caller, name: str, change: FlagChange) -> FeatureFlag:
    rules.check_name(name)
    with transaction(caller) as tx:
        before = queries.lock_flag(tx, name)
        after = FeatureFlag.of(queries.upsert_flag(tx, name, change))
        tx.emit("flag.changed", after, before=FeatureFlag.of(before) if before else None)
    return after
