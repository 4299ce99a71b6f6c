"""Retrieve a conversation.

A conversation that the caller is in, with everybody else who is. SUPPORT retrieves one where a message was reported.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.messages import queries
from shared.messages.access import visible_conversation
from shared.messages.answer import conversation_of
from shared.messages.models import Conversation


@endpoint("GET /conversations/{conversation_id}", access=EVERY_ROLE)
def get_conversation(caller: Caller, conversation_id: UUID) -> Conversation:
    with reading(caller) as tx:
        row = visible_conversation(tx, caller, conversation_id)
        participants = queries.select_participants(tx, [conversation_id])
    return conversation_of(row, participants[conversation_id], caller.user_id)
