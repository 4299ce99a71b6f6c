"""How the operations of messages succeed: see tests/successes.py."""

from typing import Any

from functions.messages.block_user import block_user
from functions.messages.open_conversation import open_conversation
from functions.messages.report_message import report_message
from shared.kit.catalog import Role
from tests.call import call
from tests.cast import Asked, Cast
from tests.world import User

SAID = {"content": "When can we see the space?"}
REPORT = {"reason": "An insult"}
UUID_OF_NOBODY = "00000000-0000-7000-8000-000000000000"
BODIES: dict[str, dict[str, Any] | None] = {
    "add_message": SAID,
    "assign_conversation": {"guide_id": UUID_OF_NOBODY},
    "block_user": None,
    "get_conversation": None,
    "intervene": SAID,
    "list_conversations": None,
    "list_messages": None,
    "list_messages_with": None,
    "list_reports": None,
    "mark_conversation_read": {"up_to_message_id": UUID_OF_NOBODY},
    "open_conversation": {**SAID, "context": {"type": "SPACE", "id": UUID_OF_NOBODY}},
    "report_message": REPORT,
    "send_message": {**SAID, "receiver_id": UUID_OF_NOBODY},
    "take_back_message": None,
    "unblock_user": None,
}


class Successes(Cast):
    """Each has people of its own: a person may begin twenty conversations a day."""

    def add_message(self) -> Asked:
        return {**self._asked(), "body": SAID}

    def assign_conversation(self) -> Asked:
        owner = self.world.owner()
        about = {"type": "SPACE", "id": self.world.space(owner)}
        begun = call(open_conversation, as_=self.world.client(), body={**SAID, "context": about}).json
        guide = self.world.colleague(owner, Role.AGENT).id
        return {"as_": owner, "path": {"conversation_id": begun["conversation_id"]}, "body": {"guide_id": guide}}

    def block_user(self) -> Asked:
        asked = self.open_conversation()
        assert call(open_conversation, **asked).status == 201
        owner = call(open_conversation, **asked).json["receiver_id"]
        return {"as_": asked["as_"], "path": {"user_id": owner}}

    def get_conversation(self) -> Asked:
        return self._asked()

    def intervene(self) -> Asked:
        return {**self._asked(), "as_": self.world.user(Role.SUPPORT), "body": SAID}

    def list_conversations(self) -> Asked:
        return {"as_": self._asked()["as_"]}

    def list_messages(self) -> Asked:
        return self._asked()

    def list_messages_with(self) -> Asked:
        return self.block_user()

    def list_reports(self) -> Asked:
        assert call(report_message, **self.report_message()).status == 201
        return {"as_": self.world.user(Role.SUPPORT)}

    def mark_conversation_read(self) -> Asked:
        client, written = self._written()
        body = {"up_to_message_id": written["message_id"]}
        return {"as_": client, "path": {"conversation_id": written["conversation_id"]}, "body": body}

    def open_conversation(self) -> Asked:
        about = {"type": "SPACE", "id": self.world.space()}
        return {"as_": self.world.client(), "body": {**SAID, "context": about}}

    def report_message(self) -> Asked:
        client, written = self._written()
        return {"as_": client, "path": {"message_id": written["message_id"]}, "body": REPORT}

    def send_message(self) -> Asked:
        owner = self.world.owner()
        return {"as_": owner, "body": {**SAID, "receiver_id": self.world.colleague(owner).id}}

    def take_back_message(self) -> Asked:
        client, written = self._written()
        return {"as_": client, "path": {"message_id": written["message_id"]}}

    def unblock_user(self) -> Asked:
        asked = self.block_user()
        assert call(block_user, **asked).status == 200
        return asked

    def _written(self) -> tuple[User, Any]:
        """A client, and their message to an owner."""
        asked = self.open_conversation()
        written = call(open_conversation, **asked)
        assert written.status == 201
        return asked["as_"], written.json

    def _asked(self) -> Asked:
        client, written = self._written()
        return {"as_": client, "path": {"conversation_id": written["conversation_id"]}}
