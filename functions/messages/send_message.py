"""Write to a person.

Writes to somebody with whom the caller shares an organization, a deal or a mandate, and begins their conversation where
there is none. Everybody else is not found. Twenty new conversations a day are allowed.
"""

from shared.files.access import ask_attachments
from shared.files.purposes import Purpose
from shared.files.rules import FileNotReady
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.messages import queries, rules, written
from shared.messages.answer import sent_of
from shared.messages.models import ConversationWritten, DirectMessage, MessageSent


@endpoint(
    "POST /messages/send",
    access=EVERY_ROLE,
    returns=201,
    rate="bidding",
    writes=True,
    raises=(rules.Blocked, FileNotReady),
)
def send_message(caller: Caller, new: DirectMessage) -> MessageSent:
    with transaction(caller) as tx:
        asked_files = ask_attachments(tx, caller, Purpose.MESSAGE_ATTACHMENT, new.attachments)
        begun = queries.ask_begun(tx, caller)
        receiver = queries.select_correspondent(tx, new.receiver_id)
        if receiver is None:
            raise NotFound()
        if receiver["has_blocked"]:
            raise rules.Blocked()
        conversation = queries.upsert_pair(tx, caller, new.receiver_id, new.subject)
        rules.check_begins(conversation["is_new"], begun.answer())
        queries.insert_participants(tx, conversation["id"], (caller.user_id, new.receiver_id))
        message_id = written.insert_message(tx, caller, conversation, new, asked_files.answer())
        tx.emit("conversation.written", ConversationWritten(id=conversation["id"], message_id=message_id))
    return sent_of(message_id, conversation, new.receiver_id)
