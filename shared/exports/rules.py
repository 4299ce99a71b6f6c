"""What may be exported by whom, how often a failure is tried again, and how an export is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.exports.kinds import CONTENT_TYPES, KINDS, ExportFormat, ExportKind, ending_of
from shared.exports.models import Export, ExportSchedule, NewExport, ScheduleChange, ShownDestination
from shared.kit.catalog import Role
from shared.kit.errors import Detail, Forbidden, Invalid
from shared.kit.presigned import presigned_link
from shared.kit.settings import resource

LINK_SECONDS = 60
"""How long a download's link works."""
KEPT_DAYS = 30
"""How long an export is kept."""
RETRIES = (60, 300, 900)
"""Seconds until what failed is tried again, the first time, the second and the third."""
WRITING_SECONDS = 900
"""How long a function takes at most: as long as Lambda allows."""
LOST_SECONDS = 1200
"""An export that has run so long runs no more: no function does."""


def check_kind(role: Role, kind: ExportKind, form: ExportFormat, *, field: str = "format") -> None:
    """Raises Forbidden if the role does not export that, and Invalid if it is not written so."""
    row = KINDS[kind]
    if role not in row.roles:
        raise Forbidden()
    if form not in row.formats:
        raise Invalid(Detail(field, f"must be {row.formats[0]} for {kind}", "NOT_A_CHOICE"))


def check_limits(asked: NewExport) -> None:
    """Raises Invalid if a limit is asked for that the kind, or the format, does not have."""
    if asked.building_id and not KINDS[asked.kind].takes_building:
        raise Invalid(Detail("building_id", f"is not known of {asked.kind}"))
    if asked.bom and asked.format != "CSV":
        raise Invalid(Detail("bom", "is for CSV alone"))


def name_of(row: dict[str, Any]) -> str:
    """What the file is called where it is saved: PAYMENTS of 1 February 2026 are payments-2026-02-01.csv."""
    day = row["scheduled_on"] or row["created_at"].astimezone(UTC).date()
    return f"{row['kind'].lower().replace('_', '-')}-{day.isoformat()}.{ending_of(row['kind'], row['format'])}"


def content_type_of(row: dict[str, Any]) -> str:
    """The content type of its file."""
    return CONTENT_TYPES[ending_of(row["kind"], row["format"])]


def key_of(row: dict[str, Any], version: str) -> str:
    """Where a file of the export is kept: each attempt has its own, so that none overwrites another's."""
    return f"{row['organization_id']}/{row['id']}/{version}.{ending_of(row['kind'], row['format'])}"


def shown(row: dict[str, Any]) -> Export:
    """The export as an answer shows it, without its link."""
    is_complete = row["status"] == "COMPLETED"
    # Of an attempt that could not be delivered there is a file, which nobody has promised.
    written = {name: row[name] if is_complete else None for name in ("rows", "size_bytes", "sha256")}
    kept_until = row["finished_at"] + timedelta(days=KEPT_DAYS) if is_complete else None
    return Export.of(
        {name: row[name] for name in _TOLD}
        | written
        | {
            "begins_on": row["begins"],
            "ends_on": row["ends"],
            "url": None,
            "expires_at": None,
            "kept_until": kept_until,
        }
    )


def linked_export(row: dict[str, Any], now: datetime) -> Export:
    """The export with its link, if its file is there."""
    export = shown(row)
    if export.kept_until is None or export.kept_until <= now:
        return export
    url = presigned_link(resource("exports"), row["object_key"], content_type_of(row), name_of(row), LINK_SECONDS)
    return export.model_copy(update={"url": url, "expires_at": now + timedelta(seconds=LINK_SECONDS)})


_TOLD = (
    *("id", "kind", "format", "organization_id", "building_id", "scheduled_on", "status", "reason", "created_at"),
    "finished_at",
)

S3 = {"type": "S3"}
UNSET: dict[str, Any] = {
    "enabled": False,
    "kind": ExportKind.PAYMENTS,
    "format": "CSV",
    "destination": S3,
    "updated_at": None,
}
"""The schedule of an organization that has set none."""


def schedule_of(organization_id: Any, row: dict[str, Any] | None) -> ExportSchedule:
    """The schedule as it is shown; without a row, the one that was never set."""
    row = row or UNSET
    unsaid = dict.fromkeys(ShownDestination.model_fields)
    destination = ShownDestination.of(
        {name: value for name, value in (unsaid | row["destination"]).items() if name in unsaid}
    )
    return ExportSchedule.of(
        {name: row[name] for name in ("enabled", "kind", "format", "updated_at")}
        | {"organization_id": organization_id, "destination": destination}
    )


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What events say besides: as whom it is made, which attempt it is, and what an e-mail or a server needs."""
    return {name: row[name] for name in _TOLD_BESIDES} | {"file_name": name_of(row), "failure": row["reason"]}


_TOLD_BESIDES = ("user_id", "role", "attempt", "scheduled_on", "object_key", "destination")


def changed_schedule(before: dict[str, Any] | None, change: ScheduleChange) -> dict[str, Any]:
    """The schedule with what is given, as it is stored; its destination is not changed here."""
    kept = before or UNSET
    given = change.model_dump(include={"enabled", "kind", "format"}, exclude_unset=True)
    return {name: kept[name] for name in ("enabled", "kind", "format", "destination")} | given
