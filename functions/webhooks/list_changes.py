"""List the latest changes.

The events of the last 30 days, the oldest first, each as webhooks receive it: for whoever missed some, or has no
webhook. Send `meta.cursor` as `after` for what comes next; it is never null. No event is ever inserted before one that
was listed. Each role gets the events of what it may read.
"""

from uuid import UUID

from shared.kit import wire
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import Detail, Invalid
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.webhooks import changes
from shared.webhooks.audience import PLATFORM
from shared.webhooks.models import Change, ChangeFilter, ChangeList, ChangeMeta
from shared.webhooks.table import EVENTS, readable_by

BEGINNING = PLATFORM
"""What `after` says as long as nothing has happened."""


@endpoint("GET /changes", access=may(Right.READ_CHANGES))
def list_changes(caller: Caller, asked: ChangeFilter) -> ChangeList:
    names = _names(caller, asked.types)
    after = UUID(asked.after) if asked.after else None
    if after == BEGINNING:
        after = None
    with reading(caller) as tx:
        is_known, rows = changes.select_changes(tx, caller, asked, after, names)
    if not is_known:
        raise Invalid(Detail("after", "is not the ID of an event of the last 30 days: begin again without it"))
    shown = rows[: asked.limit]
    cursor = shown[-1]["id"] if shown else after or BEGINNING
    meta = ChangeMeta(cursor=str(cursor), has_more=len(rows) > asked.limit)
    return ChangeList.of({"data": [Change.of(wire.load(row["payload"])) for row in shown], "meta": meta})


def _names(caller: Caller, types: str | None) -> list[str]:
    readable = readable_by(caller.role)
    if types is None:
        return readable
    asked = types.split(",")
    if unknown := next((name for name in asked if name not in EVENTS), None):
        raise Invalid(Detail("types", f"{unknown[:50]!r} is not the name of a public event"))
    return [name for name in readable if name in asked]
