"""Invalidate cached answers.

Ends the cached answers that a change has made outdated, in case the process that made the change crashed or did not
reach Valkey.
"""

from shared.kit import cache
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx


@consumer(
    "bid.approved",
    "bid.placed",
    "building.created",
    "building.deleted",
    "building.updated",
    "contract.activated",
    "contract.expired",
    "contract.sent",
    "contract.space_released",
    "contract.started",
    "contract.terminated",
    "favorite.added",
    "favorite.removed",
    "floor.updated",
    "import.continued",
    "import.ended",
    "import.progressed",
    "import.requested",
    "member.removed",
    "session.refreshed",
    "session.revoked",
    "session.started",
    "space.created",
    "space.deleted",
    "space.freed",
    "space.updated",
    "user.deleted",
    "user.email_verified",
    "user.identity_linked",
    "user.joined",
    "user.password_changed",
    "user.registered",
    "user.restored",
    "user.role_changed",
    "user.second_factor_disabled",
    "user.second_factor_enabled",
    "user.second_factor_removed",
    "user.second_factor_set_up",
    "user.suspended",
    "user.updated",
    "user.verification_requested",
    emits=False,
    valkey=True,
)
def end_cached(event: Event, tx: Tx) -> None:
    # If Valkey is still down, this fails and the queue delivers the event again.
    cache.end_answers(cache.names_of(event.name, event.object_id, event.data))
