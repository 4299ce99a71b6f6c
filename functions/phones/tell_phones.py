"""Tell people on their phones.

Queues a message for each channel that somebody chose for this kind of news: SMS, WhatsApp, and push notifications on
their devices. During their quiet hours it is held instead; what concerns the security of an account never waits. Of
WhatsApp messages the platform sends so many a day: what is beyond them goes by SMS, and what is beyond those by e-mail.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.notifications.reaching import REACHING, tell
from shared.notifications.tidings import HEARD, tidings

# Nobody is told twice: one row for each person, event and channel. Messages are queued before the commit; if a crash
# repeats one, the queue drops the duplicate.


@consumer(*HEARD, emits=False, uses=(*REACHING, "derive_key.mac"), layers=("mail",), timeout=45)
def tell_phones(event: Event, tx: Tx) -> None:
    tell(tx, event, tidings(tx, event))
