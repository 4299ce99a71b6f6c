"""Write about an object.

Writes about a space, bid, contract or maintenance ticket that the caller may see. Whoever stands for the other side is
in the conversation, as are the `participant_ids`. There is one conversation for each object and client: the next
message about it, of whoever writes it on either side, joins the first.
"""

from uuid import UUID

from shared.files.access import ask_attachments
from shared.files.purposes import Purpose
from shared.files.rules import FileNotReady
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import Row, transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Detail, Invalid, NotFound
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.messages import queries, rules, written
from shared.messages.answer import sent_of
from shared.messages.contexts import Subject, visible_subject
from shared.messages.models import ConversationWritten, MessageSent, NewConversation


@endpoint(
    "POST /conversations",
    access=EVERY_ROLE,
    returns=201,
    rate="bidding",
    writes=True,
    raises=(rules.Blocked, FileNotReady),
    also={200: "The conversation existed; the message was added to it."},
)
def open_conversation(caller: Caller, new: NewConversation) -> Reply[MessageSent]:
    with transaction(caller) as tx:
        asked_files = ask_attachments(tx, caller, Purpose.MESSAGE_ATTACHMENT, new.attachments)
        begun = queries.ask_begun(tx, caller)
        asked = queries.ask_correspondents(tx, new.participant_ids)
        subject = visible_subject(tx, caller, new.context.type, new.context.id)
        invited = asked.answer()
        if len(invited) < len(new.participant_ids):
            raise NotFound()
        about = {
            "type": new.context.type,
            "context_id": new.context.id,
            "owner_organization_id": subject.owner_organization_id,
            "client_organization_id": _client_of(subject, invited),
            "subject": new.subject,
        }
        conversation, participants = queries.upsert_context(tx, caller, about, _others(caller, subject, invited))
        rules.check_begins(conversation["is_new"], begun.answer())
        rules.check_heard(participants, caller.user_id)
        message_id = written.insert_message(tx, caller, conversation, new, asked_files.answer())
        tx.emit("conversation.written", ConversationWritten(id=conversation["id"], message_id=message_id))
    receiver_id = rules.receiver_among([one["id"] for one in participants], caller.user_id)
    return Reply(sent_of(message_id, conversation, receiver_id), status=201 if conversation["is_new"] else 200)


def _client_of(subject: Subject, invited: list[Row]) -> UUID:
    """The client's organization; about a space, its owner's side names somebody of it. Raises Invalid."""
    strangers = (one["organization_id"] for one in invited if one["organization_id"] != subject.owner_organization_id)
    client = subject.client_organization_id or next(strangers, None)
    if client is None:
        raise Invalid(Detail("participant_ids", "must name somebody of the client's side", "REQUIRED"))
    return client


def _others(caller: Caller, subject: Subject, invited: list[Row]) -> list[UUID]:
    """Who is in the conversation besides the caller. Raises Invalid."""
    asked = dict.fromkeys((subject.counterpart_id, *(one["id"] for one in invited)))
    others = [one for one in asked if one is not None and one != caller.user_id]
    if not others:
        raise Invalid(Detail("participant_ids", "must name somebody: nobody stands for the other side", "REQUIRED"))
    return others
