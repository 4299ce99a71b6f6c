"""Create a space.

The owner or their agent lists a space on a floor of one of their buildings. From then on, it can be found and bid
on.
"""

from shared.files.access import show
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.spaces import queries, rules
from shared.spaces.models import NewSpace, OwnSpace
from shared.spaces.pictures import ask_pictures


@endpoint(
    "POST /spaces",
    access=may(Right.KEEP_INVENTORY),
    returns=201,
    writes=True,
    verified=True,
    raises=(rules.ExternalIdTaken, FileNotReady, FileGone),
)
def create_space(caller: Caller, new: NewSpace) -> OwnSpace:
    rules.check_space(new.model_dump())
    with transaction(caller) as tx:
        asked = ask_pictures(tx, caller, new)
        if new.image_ids or new.images:
            # They are part of the row.
            tx.flush()
        if pictures := asked.answer():
            new = new.model_copy(update={"images": pictures.urls})
        row = queries.insert_space(tx, caller, new)
        if row is None:
            raise NotFound()
        if pictures:
            show(tx, row["owner_organization_id"], "space", row["id"], pictures)
        space = OwnSpace.of(row)
        tx.emit("space.created", space)
    return space
