"""The only way from an id that a caller sends to a webhook."""

from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.webhooks import queries


def visible_webhook(tx: Reading, caller: Caller, webhook_id: UUID) -> Row:
    """A webhook of the caller's organization. Raises NotFound."""
    row = queries.select_webhook(tx, caller, webhook_id)
    if row is None:
        raise NotFound()
    return row
