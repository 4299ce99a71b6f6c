"""Remind people of unread messages.

Runs every five minutes. Whoever has left a message unread for 15 minutes gets one e-mail for each conversation, and no
other about it within an hour; it says how many messages there are, and not what is in them.
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.task import job
from shared.kit.work import BATCH
from shared.messages.models import ConversationUnread
from shared.messages.reminders import claim_unread


@job("rate(5 minutes)")
def remind_readers(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = claim_unread(tx, BATCH)
        for row in found:
            unread = ConversationUnread(id=row["conversation_id"], user_id=row["user_id"], unread=row["unread"])
            tx.emit("conversation.unread", unread)
    return len(found) == BATCH
