"""Close the sockets of ended sessions.

Applies to users who signed out, set a new password or were removed. Their sockets receive nothing from the moment
the session ends; this only closes them.
"""

from uuid import UUID

from shared.auth import queries
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.realtime.messages import send_closing


@consumer(
    "session.revoked",
    "user.deleted",
    "user.password_changed",
    "user.second_factor_removed",
    "user.suspended",
    "member.removed",
    emits=False,
    uses=("push.send",),
)
def close_sockets(event: Event, tx: Tx) -> None:
    for connection_id in queries.delete_ended_sockets(tx, UUID(event.data["user_id"])):
        send_closing(connection_id, event.correlation_id)
