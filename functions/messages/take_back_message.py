"""Take back a message.

For 15 minutes people can take back what they wrote. The message stays in its place without its content, and everybody
sees that it was taken back.
"""

from uuid import UUID

from shared.files.access import detach
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Forbidden
from shared.kit.request import Caller
from shared.messages import rules, written
from shared.messages.access import visible_message
from shared.messages.models import ConversationWritten


@endpoint(
    "DELETE /messages/{message_id}",
    access=EVERY_ROLE,
    returns=204,
    writes=True,
    raises=(rules.TooLateToTakeBack, rules.AlreadyTakenBack),
)
def take_back_message(caller: Caller, message_id: UUID) -> None:
    with transaction(caller) as tx:
        message = visible_message(tx, caller, message_id)
        if message["sender_id"] != caller.user_id:
            raise Forbidden()
        rules.check_taken_back(message["sent_at"], message["taken_back_at"], message["now"])
        if not written.update_taken_back(tx, caller, message_id):
            raise rules.AlreadyTakenBack()
        detach(tx, caller, "message", message_id)
        tx.emit("conversation.shortened", ConversationWritten(id=message["conversation_id"], message_id=message_id))
