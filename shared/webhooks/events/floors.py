"""The public events of floors."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.KEEP_INVENTORY
OBJECT = "GET /buildings/{building_id}/floors"

EVENTS = {"floor.updated": Public(says="A floor was changed.")}
