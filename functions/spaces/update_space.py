"""Update a space.

The owner or their agent changes the space's details, its price, and whether it is available. An available space can
be put into maintenance and back. While a contract holds the space, its availability cannot be changed here.
"""

from uuid import UUID

from shared.files.access import show
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations.roles import Right, may
from shared.spaces import queries, rules
from shared.spaces.access import own_space
from shared.spaces.models import OwnSpace, SpaceChanges
from shared.spaces.pictures import ask_pictures

# Only the saga changes the availability of a space that a contract holds.


@endpoint(
    "PUT /spaces/{space_id}",
    access=may(Right.KEEP_INVENTORY),
    writes=True,
    verified=True,
    raises=(Stale, rules.AvailabilityFixed, rules.ExternalIdTaken, FileNotReady, FileGone),
)
def update_space(caller: Caller, space_id: UUID, changes: SpaceChanges) -> Reply[OwnSpace]:
    rules.check_space(changes.model_dump(include=changes.model_fields_set))
    with transaction(caller) as tx:
        asked = ask_pictures(tx, caller, changes)
        # Locked, so that no approval takes the space in the meantime.
        before, ties = own_space(tx, space_id)
        check_version(before["updated_at"])
        if pictures := asked.answer():
            changes = changes.model_copy(update={"images": pictures.urls})
            show(tx, before["owner_organization_id"], "space", space_id, pictures)
        after = rules.changed_space(before, changes, ties)
        space = OwnSpace.of(queries.update_space(tx, caller, after) if after != before else before)
        if after != before:
            news = {"is_news": rules.is_news(before, after), "is_free_again": rules.is_free_again(before, after)}
            tx.emit("space.updated", space, before=OwnSpace.of(before), **news)
    return Reply(space, version=space.updated_at)
