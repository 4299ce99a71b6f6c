"""Close a WebSocket connection.

The connection is removed from the registry.
"""

from shared.kit.db import transaction
from shared.kit.socket import Message, socket
from shared.realtime import queries


@socket("$disconnect")
def disconnect(message: Message) -> None:
    with transaction() as tx:
        queries.delete_connection(tx, message.connection_id)
