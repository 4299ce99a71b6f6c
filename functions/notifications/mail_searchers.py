"""Mail the owners of saved searches.

Runs hourly. What a search has found since its last e-mail comes in one, at most one a day for each search, to whoever
wants to be mailed of it; not during their quiet hours, and with a daily digest not before 08:00. A space that is no
longer listed is left out.
"""

from typing import Any
from uuid import UUID

from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.notifications import emails, mail, searching
from shared.users.preferences import held_until, is_wanted, quiet_until

BATCH = 50
"""Searches of one transaction."""


@job("rate(1 hour)", emits=False, uses=("mail.send", "token_key.encrypt"), layers=("mail",))
def mail_searchers(event: dict[str, Any]) -> None:
    last: UUID | None = UUID(int=0)
    while last:
        last = _mail_batch(last)


def _mail_batch(after: UUID) -> UUID | None:
    """Mail the next searches after the one with that id. Returns the last one's id, None where there were no more."""
    with transaction() as tx:
        found = searching.lock_unmailed(tx, after, BATCH)
        for search in found:
            _mail(tx, search)
    return found[-1]["id"] if len(found) == BATCH else None


def _mail(tx: Tx, search: Row) -> None:
    if not is_wanted(search, "saved_search", "email"):
        searching.update_mailed(tx, search["id"], is_mail=False)
        return
    due_at = held_until(search, "saved_search", "email", search["since"])
    if (due_at and due_at > search["now"]) or quiet_until(search["quiet_hours"], search["now"]):
        return
    spaces = searching.select_unmailed(tx, search["id"])
    searching.update_mailed(tx, search["id"], is_mail=bool(spaces))
    if spaces:
        mail.queue(emails.found_spaces(search, spaces), searching.reason(search), search["user_id"])
