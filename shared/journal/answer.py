"""How the journal is answered: as JSON, or as CSV; a header says where it goes on."""

from typing import Any
from urllib.parse import urlencode

from shared.journal.models import Journal, JournalFilter, JournalLine, JournalMeta
from shared.kit.accept import preferred
from shared.kit.db import Row
from shared.kit.reply import File, Reply
from shared.kit.request import Request
from shared.kit.settings import setting
from shared.reports.answer import CSV, JSON, sheet, table_of


def answer(request: Request, asked: JournalFilter, rows: list[Row]) -> Reply[Any]:
    """As many entries as were asked for; `rows` are the lines of one more."""
    entries = list(dict.fromkeys(row["entry_id"] for row in rows))
    has_more = len(entries) > asked.limit
    shown = [row for row in rows if row["entry_id"] in set(entries[: asked.limit])]
    headers = {"vary": "Accept"} | (_link(asked, entries) if has_more else {})
    if preferred(request, JSON, CSV) == CSV:
        content = sheet(table_of(JournalLine.model_fields, [_plain(row) for row in shown])).encode()
        return Reply(File(content, f"{CSV}; charset=utf-8", "journal.csv"), headers=headers)
    data = [JournalLine.of(row) for row in shown]
    return Reply(Journal.of({"data": data, "meta": JournalMeta.of({"has_more": has_more})}), headers=headers)


def _link(asked: JournalFilter, entries: list[Any]) -> dict[str, str]:
    following = asked.model_dump(mode="json", by_alias=True, exclude_none=True) | {"after": entries[asked.limit - 1]}
    return {"link": f'<{setting("PUBLIC_URL")}/api/v1/journal?{urlencode(following)}>; rel="next"'}


def _plain(row: Row) -> Row:
    return row | {name: str(row[name]) for name in ("entry_id", "contract_id", "building_id")}
