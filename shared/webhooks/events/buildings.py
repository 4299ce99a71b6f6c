"""The public events of buildings."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.KEEP_INVENTORY
OBJECT = "GET /buildings/{building_id}"

EVENTS = {
    "building.created": Public(says="A building was created."),
    "building.updated": Public(says="A building was changed."),
    "building.deleted": Public(says="A building was deleted; `data` has its `id`.", is_gone=True),
}
