"""Create a space.

The owner or their agent lists a space on a floor of one of their buildings. From then on, it can be found and bid
on.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.spaces import queries, rules
from shared.spaces.models import NewSpace, OwnSpace


@endpoint(
    "POST /spaces",
    access=may(Right.KEEP_INVENTORY),
    returns=201,
    writes=True,
    verified=True,
    raises=(rules.ExternalIdTaken,),
)
def create_space(caller: Caller, new: NewSpace) -> OwnSpace:
    rules.check_space(new.model_dump())
    with transaction(caller) as tx:
        row = queries.insert_space(tx, caller, new)
        if row is None:
            raise NotFound()
        space = OwnSpace.of(row)
        tx.emit("space.created", space)
    return space
