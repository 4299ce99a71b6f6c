"""Block a person.

The caller hears nothing more from this person: a message to the caller alone is refused, and what the person writes in
larger conversations is not shown to the caller. Nobody is told.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import queries, written
from shared.messages.models import Block


@endpoint("PUT /users/{user_id}/block", access=EVERY_ROLE, writes=True)
def block_user(caller: Caller, user_id: UUID) -> Block:
    block = Block(id=user_id, is_blocked=True)
    with transaction(caller) as tx:
        asked = queries.ask_correspondents(tx, [user_id])
        if not queries.select_shared(tx, user_id) and not asked.answer():
            raise NotFound()
        written.insert_block(tx, caller, user_id)
        tx.emit("block.added", block)
    return block
