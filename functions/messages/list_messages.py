"""List the messages of a conversation.

The newest first. With `after`, those that were written after a message, in the order in which they were written: a
client that was away catches up without a gap and without hearing anything twice. SUPPORT lists them where one of them
was reported.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.messages import queries, written
from shared.messages.access import visible_conversation
from shared.messages.answer import message_of
from shared.messages.models import MessageFilter, MessageList


@endpoint("GET /conversations/{conversation_id}/messages", access=EVERY_ROLE)
def list_messages(caller: Caller, conversation_id: UUID, query: MessageFilter) -> MessageList:
    [seq] = query.key_before(int)
    with reading(caller) as tx:
        visible_conversation(tx, caller, conversation_id)
        participants = queries.select_participants(tx, [conversation_id])[conversation_id]
        shown, meta = query.page(written.select_messages(tx, caller, conversation_id, query, seq), "seq")
    data = [message_of(row, participants) for row in shown]
    return MessageList.of({"data": data, "meta": PageMeta.of(meta)})
