"""Assign an agent to a conversation.

An owner, or one of the owner's agents, names the agent who guides the client in a conversation about one of their
objects. The agent joins the conversation and reads what was written before.
"""

from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Detail, Invalid, NotFound
from shared.kit.request import Caller
from shared.messages import queries
from shared.messages.models import ConversationAssigned, NewGuide
from shared.organizations.roles import Right, may


@endpoint("PUT /conversations/{conversation_id}/assign", access=may(Right.ASSIGN_AGENTS), writes=True)
def assign_conversation(caller: Caller, conversation_id: UUID, new: NewGuide) -> ConversationAssigned:
    assigned = ConversationAssigned(id=conversation_id, guide_id=new.guide_id)
    with transaction(caller) as tx:
        role = queries.ask_colleague_role(tx, caller, new.guide_id)
        before = queries.lock_own_conversation(tx, caller, conversation_id)
        if before is None:
            raise NotFound()
        if role.answer() != Role.AGENT:
            raise Invalid(Detail("guide_id", "must name an agent of your organization"))
        if before["guide_id"] != new.guide_id:
            queries.update_guide(tx, conversation_id, new.guide_id)
            queries.insert_participants(tx, conversation_id, (new.guide_id,))
            tx.emit("conversation.assigned", assigned)
    return assigned
