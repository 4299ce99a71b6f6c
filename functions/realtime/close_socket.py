"""Check a socket that may need closing.

Either nobody may have authenticated on it in time, or it turned out to be gone. This function can read the registry
but cannot reach the socket from inside the VPC: functions/realtime/push_frames.py closes it.
"""

from typing import Any

from shared.kit.consumer import worker
from shared.kit.db import reading
from shared.realtime import queries
from shared.realtime.messages import send_closing


@worker("sockets_to_close", database="worker", uses=("push.send",))
def close_socket(doubt: dict[str, Any]) -> None:
    connection_id = doubt["connection_id"]
    with reading(None) as tx:
        if doubt["is_gone"]:
            queries.delete_connection(tx, connection_id)
            return
        is_idle = queries.delete_unauthenticated(tx, connection_id)
    if is_idle:
        send_closing(connection_id, doubt["correlation_id"])
