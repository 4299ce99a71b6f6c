"""Retrieve a space.

Anyone can read a listed space in full, with the available spaces most like it, and how well it suits the caller.
"""

from uuid import UUID

from shared.buildings.access import INVENTORY_CHANGES
from shared.kit.catalog import ANYONE, Cached
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.visitor import Visitor
from shared.spaces.answer import space_of
from shared.spaces.models import OwnSpaceDetail, SpaceDetail


@endpoint(
    "GET /spaces/{space_id}",
    access=ANYONE,
    cached=Cached("space", 600, ended_by=(*INVENTORY_CHANGES, "favorite:{user_id}", "bid.placed:{user_id}")),
)
def get_space(caller: Visitor, space_id: UUID) -> Reply[OwnSpaceDetail | SpaceDetail]:
    with reading(caller) as tx:
        space = space_of(tx, space_id)
    return Reply(space, version=space.updated_at)
