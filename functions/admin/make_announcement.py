"""Announce something to everybody.

A SUPER_ADMIN tells every user of the platform something. Open WebSocket connections receive it at once, as the frame
`announcement` on the channel `global`; everybody who is not connected finds it among their notifications.
"""

from datetime import UTC, datetime

from shared.admin.models import Announcement, NewAnnouncement
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("POST /admin/announcements", access=may(Right.ANNOUNCE), returns=201, writes=True)
def make_announcement(caller: Caller, new: NewAnnouncement) -> Announcement:
    # The event carries it: it is kept with whoever is told of it.
    made = Announcement(id=new_id(), title=new.title, body=new.body, created_at=datetime.now(UTC))
    with transaction(caller) as tx:
        tx.emit("announcement.made", made)
    return made
