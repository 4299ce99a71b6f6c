"""The public events of an organization's members."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.KEEP_ORGANIZATION
OBJECT = "GET /organizations/me/members"


EVENTS = {
    "user.created": Public(says="Somebody joined the organization.", hears=("user.joined", "user.registered")),
    "member.joined": Public(says="The same, under another name.", hears=("user.joined", "user.registered")),
    "member.role_changed": Public(says="A member's role was changed.", hears=("user.role_changed",)),
    "member.updated": Public(
        says="A member's details were changed, or their account suspended or restored.",
        hears=("user.updated", "user.suspended", "user.restored"),
    ),
    "member.removed": Public(
        says="A member left or was removed; `data` has their `id`.",
        hears=("member.removed", "user.deleted"),
        is_gone=True,
    ),
}
