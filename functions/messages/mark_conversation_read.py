"""Mark a conversation as read.

Marks all messages up to one of them as read by the caller. The mark moves forward only: an earlier message changes
nothing.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import queries
from shared.messages.models import ConversationRead, ReadMark


@endpoint("PUT /conversations/{conversation_id}/read", access=EVERY_ROLE, writes=True)
def mark_conversation_read(caller: Caller, conversation_id: UUID, mark: ReadMark) -> ConversationRead:
    read = ConversationRead(id=conversation_id, user_id=caller.user_id, up_to_message_id=mark.up_to_message_id)
    with transaction(caller) as tx:
        moved = queries.read_conversation(tx, conversation_id, mark.up_to_message_id)
        if moved is None:
            raise NotFound()
        if moved:
            tx.emit("conversation.read", read)
    return read
