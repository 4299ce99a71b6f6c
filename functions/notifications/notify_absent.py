"""Notify everybody who was not connected of an announcement.

A few organizations at a time, each in a transaction of its own: whoever else notifies their people waits as briefly as
for any other news. Nobody is notified twice, however often this begins again.
"""

from functools import partial
from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import transaction
from shared.kit.request import current
from shared.kit.unit import perform
from shared.notifications import announced
from shared.notifications.reaching import REACHING, tell
from shared.notifications.tidings import ANNOUNCED, of_announcement


@consumer(ANNOUNCED, inbox=False, uses=REACHING, layers=("mail",), timeout=60)
def notify_absent(event: Event) -> None:
    after: UUID | None = announced.FIRST
    while after is not None:
        after = perform(current().operation, partial(_notify, event, after))


def _notify(event: Event, after: UUID) -> UUID | None:
    with transaction() as tx:
        last, people = announced.insert_notices(tx, event, after)
        # Queued last and before the commit: none is lost, and if a crash repeats one, the queue drops the duplicate.
        tell(tx, event, of_announcement(event, people))
    return last
