"""Unblock a person.

The caller hears from this person again, and sees what they wrote meanwhile in conversations that both are in.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import written
from shared.messages.models import Block


@endpoint("DELETE /users/{user_id}/block", access=EVERY_ROLE, returns=204, writes=True)
def unblock_user(caller: Caller, user_id: UUID) -> None:
    with transaction(caller) as tx:
        if not written.delete_block(tx, caller, user_id):
            raise NotFound()
        tx.emit("block.removed", Block(id=user_id, is_blocked=False))
