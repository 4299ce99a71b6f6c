"""Send what was held.

Sends what waited for the end of somebody's quiet hours by the channel that it waited for, and, to whoever wants a daily
digest, all of the day's e-mails in one. Everything is composed now: whoever has lost the right to see a thing, or no
longer wants to hear of it there, gets nothing. Messages are queued before the commit; if a crash repeats one, the queue
drops the duplicate.
"""

from itertools import groupby
from typing import Any
from uuid import UUID

from shared.kit.consumer import Event, event_of
from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.notifications import emails, held, mail
from shared.notifications.letters import Letter, letters
from shared.notifications.reaching import REACHING, tell, tidings_for
from shared.users.preferences import quiet_until

PEOPLE = 20
"""How many people's notices are sent in one transaction."""


@job("rate(1 minute)", emits=False, uses=(*REACHING, "derive_key.mac"), layers=("mail",))
def release_held(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        due = groupby(held.lock_due(tx, PEOPLE), lambda row: row["user_id"])
        found = {user_id: list(rows) for user_id, rows in due}
        for user_id, rows in found.items():
            _release(tx, user_id, rows)
    return len(found) == PEOPLE


def _release(tx: Tx, user_id: UUID, rows: list[Row]) -> None:
    now, quiet_hours = rows[0]["now"], rows[0]["quiet_hours"]
    # They may have moved their quiet hours meanwhile.
    if still := quiet_until(quiet_hours, now):
        held.postpone(tx, user_id, rows, still)
        return
    mailed = [event_of(row) for row in rows if row["channel"] == "email"]
    _mail([(event, letter) for event in mailed if (letter := _letter_to(user_id, event, tx))])
    for row in rows:
        if row["channel"] != "email":
            event = event_of(row)
            tell(tx, event, tidings_for(tx, event, user_id), (row["channel"],))
    held.release(tx, user_id, rows)


def _letter_to(user_id: UUID, event: Event, tx: Tx) -> Letter | None:
    return next((letter for letter in letters(tx, event) if letter.person["id"] == user_id), None)


def _mail(found: list[tuple[Event, Letter]]) -> None:
    written = [(event, letter.write()) for event, letter in found]
    person = found[0][1].person if found else {}
    if len(written) > 1 and person["digest"] == "DAILY":
        mail.queue(emails.digest(person, [one for _, one in written]), written[0][0], person["id"])
        return
    for event, one in written:
        mail.queue(one.mail, event, person["id"])
