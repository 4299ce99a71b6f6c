"""Talk to accounting software.

Runs outside the network, where the internet is, and so reports over the bus what it read and sent. It is handed one
message at a time for each connection.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.integrations.tasks import TASKS
from shared.kit.announce import announce
from shared.kit.consumer import Event, worker
from shared.kit.ids import new_id
from shared.kit.request import current
from shared.kit.sealed import unpack


@worker(
    "accounting",
    batch=1,
    uses=(
        *("accounting_apps.read", "accounting_tokens.read", "accounting_tokens.write"),
        *("bus.put", "token_key.decrypt", "token_key.encrypt"),
    ),
    layers=("oauth",),
    timeout=300,
)
def call_accounting(message: dict[str, Any]) -> None:
    cause = Event(
        id=new_id(),
        name=message["task"],
        object_id=UUID(message["about"]),
        data={},
        correlation_id=message["correlation_id"],
        actor=None,
        occurred_at=datetime.now(UTC),
    )
    again = current().receives > 1
    told = TASKS[message["task"]](message["organization_id"], message["provider"], unpack(message["sealed"]), again)
    for name, data in told:
        announce(name, cause, **data)
