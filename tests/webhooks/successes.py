"""How the operations of webhooks succeed: see tests/successes.py."""

from typing import Any

from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.list_deliveries import list_deliveries
from functions.webhooks.ping_webhook import ping_webhook
from tests.call import call
from tests.cast import Asked, Cast

NEW = {"url": "https://hooks.example.com/leasing", "events": ["bid.placed", "payment.succeeded"]}
CHANGED = {"events": ["*"], "description": "The accounting system"}
BODIES: dict[str, dict[str, Any] | None] = {
    "create_webhook": NEW,
    "delete_webhook": None,
    "get_webhook": None,
    "list_changes": None,
    "list_deliveries": None,
    "list_webhooks": None,
    "ping_webhook": None,
    "redeliver_event": None,
    "rotate_webhook_secret": None,
    "update_webhook": CHANGED,
}


class Successes(Cast):
    def create_webhook(self) -> Asked:
        # An organization has at most ten.
        return {"as_": self.world.owner(), "body": NEW}

    def delete_webhook(self) -> Asked:
        return self._webhook()

    def get_webhook(self) -> Asked:
        return self._webhook()

    def list_changes(self) -> Asked:
        return {"as_": self.owner}

    def list_deliveries(self) -> Asked:
        asked = self._webhook()
        assert call(ping_webhook, **asked).status == 202
        return asked

    def list_webhooks(self) -> Asked:
        return {"as_": self._webhook()["as_"]}

    def ping_webhook(self) -> Asked:
        return self._webhook()

    def redeliver_event(self) -> Asked:
        asked = self.list_deliveries()
        [delivery] = call(list_deliveries, **asked).json["data"]
        return {"as_": asked["as_"], "path": {"delivery_id": delivery["id"]}}

    def rotate_webhook_secret(self) -> Asked:
        return self._webhook()

    def update_webhook(self) -> Asked:
        return {**self._webhook(), "body": CHANGED}

    def _webhook(self) -> Asked:
        asked = self.create_webhook()
        created = call(create_webhook, **asked)
        assert created.status == 201
        return {"as_": asked["as_"], "path": {"webhook_id": created.json["id"]}}
