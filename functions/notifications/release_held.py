"""Send what was held.

Sends each e-mail that waited for the end of somebody's quiet hours, and, to whoever wants a daily digest, all of the
day's in one. They are composed now: whoever has lost the right to see a thing, or no longer wants to be mailed, gets
nothing. Mails are queued before the commit; if a crash repeats one, the queue drops the duplicate.
"""

from itertools import groupby
from typing import Any
from uuid import UUID

from shared.kit.consumer import Event, event_of
from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.notifications import emails, held, mail
from shared.notifications.emails import Written
from shared.notifications.letters import Letter, letters
from shared.users.preferences import quiet_until

PEOPLE = 20
"""How many people's notices are sent in one transaction."""


@job("rate(1 minute)", emits=False, uses=("mail.send", "derive_key.mac", "token_key.encrypt"), layers=("mail",))
def release_held(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        due = groupby(held.lock_due(tx, PEOPLE), lambda row: row["user_id"])
        found = {user_id: list(rows) for user_id, rows in due}
        for user_id, rows in found.items():
            _release(tx, user_id, rows)
    return len(found) == PEOPLE


def _release(tx: Tx, user_id: UUID, rows: list[Row]) -> None:
    events = [event_of(row) for row in rows]
    ids = [event.id for event in events]
    found = [(event, letter) for event in events if (letter := _letter_to(user_id, event, tx))]
    # They may have moved their quiet hours meanwhile.
    if found and (still := quiet_until(found[0][1].person["quiet_hours"], found[0][1].person["now"])):
        held.postpone(tx, user_id, ids, still)
        return
    _send([(event, letter.write()) for event, letter in found], found[0][1].person if found else {})
    held.release(tx, user_id, ids)


def _letter_to(user_id: UUID, event: Event, tx: Tx) -> Letter | None:
    return next((letter for letter in letters(tx, event) if letter.person["id"] == user_id), None)


def _send(written: list[tuple[Event, Written]], person: Row) -> None:
    if len(written) > 1 and person["digest"] == "DAILY":
        mail.queue(emails.digest(person, [one for _, one in written]), written[0][0], person["id"])
        return
    for event, one in written:
        mail.queue(one.mail, event, person["id"])
