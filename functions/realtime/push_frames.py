"""Push queued frames to sockets.

Also closes sockets. Runs outside the VPC. Handles many sockets at a time, and one frame after the other on each; a
message about a channel names up to a hundred sockets. A socket that is gone is reported back, so that nothing more is
queued for it; its registry is out of this function's reach.
"""

from functools import cache
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit.consumer import worker
from shared.kit.settings import resource
from shared.realtime.messages import send_doubt

# Standard mode backs off from 429 (LimitExceededException) and tries again.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 4},
    connect_timeout=2,
    read_timeout=3,
    max_pool_connections=10,
)
_MAKING = Lock()


@worker("push", uses=("sockets.post", "sockets_to_close.send"), timeout=30, concurrent=True)
def push_frames(message: dict[str, Any]) -> None:
    with _MAKING:
        sockets = _sockets(resource("sockets"))
    failed: list[Exception] = []
    for connection_id in message.get("connection_ids") or [message["connection_id"]]:
        try:
            _push(sockets, connection_id, message["frames"])
        except sockets.exceptions.GoneException:
            send_doubt(connection_id, message["correlation_id"], is_gone=True)
        except (BotoCoreError, ClientError) as error:
            failed.append(error)
    if failed:
        # After the others of the channel have heard it; they hear it again.
        raise failed[0]


def _push(sockets: Any, connection_id: str, frames: list[str] | None) -> None:
    if frames is None:
        sockets.delete_connection(ConnectionId=connection_id)
    for frame in frames or ():
        sockets.post_to_connection(ConnectionId=connection_id, Data=frame.encode())


@cache
def _sockets(endpoint: str) -> Any:
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=_CONFIG)
