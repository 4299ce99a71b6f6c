"""The public events of spaces."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.KEEP_INVENTORY
OBJECT = "GET /spaces/{space_id}"

EVENTS = {
    "space.created": Public(says="A space was created."),
    "space.updated": Public(says="A space was changed, or is free again.", hears=("space.updated", "space.freed")),
    "space.deleted": Public(says="A space was deleted; `data` has its `id`.", is_gone=True),
}
