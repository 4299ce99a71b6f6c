"""List the caller's conversations.

Those that the caller is in, the one with the newest message first, each with how many messages they have not read.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.messages import queries
from shared.messages.answer import conversation_of
from shared.messages.models import ConversationFilter, ConversationList


@endpoint("GET /messages/conversations", access=EVERY_ROLE)
def list_conversations(caller: Caller, query: ConversationFilter) -> ConversationList:
    with reading(caller) as tx:
        shown, meta = query.page(queries.select_conversations(tx, caller, query), "updated_at", "id")
        participants = queries.select_participants(tx, [row["id"] for row in shown])
    data = [conversation_of(row, participants[row["id"]], caller.user_id) for row in shown]
    return ConversationList.of({"data": data, "meta": PageMeta.of(meta)})
