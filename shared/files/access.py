"""The only way from an id, or from one of our own addresses, to a file; and what shows which files."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from shared.files import queries, rules
from shared.files.purposes import Purpose
from shared.kit.catalog import Role
from shared.kit.db import Asked, Reading, Row, Tx, known
from shared.kit.errors import Detail, Invalid, NotFound
from shared.kit.fields import Body
from shared.kit.request import Caller
from shared.kit.settings import setting


def openable_file(tx: Reading, caller: Caller, file_id: UUID) -> Row:
    """The file, if the caller may open it. Raises NotFound."""
    return _found(queries.select_openable(tx, caller, file_id))


def own_file(tx: Reading, caller: Caller, file_id: UUID, version_id: str | None = None) -> Row:
    """The file, if the caller uploaded it, and as `result` what the scanner says of that version. Raises NotFound."""
    return _found(queries.select_own(tx, caller, file_id, version_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound()
    return row


class Shown(NamedTuple):
    """What a space, floor, organization or user is to show: addresses in order, and the files behind our own."""

    urls: list[str]
    files: list[Row]

    @property
    def url(self) -> str | None:
        """Of what shows at most one file."""
        return self.urls[0] if self.urls else None


def ask_shown(
    tx: Tx,
    caller: Caller,
    purpose: Purpose,
    *,
    ids: tuple[str, Sequence[UUID]] | None = None,
    urls: tuple[str, Sequence[str]] | None = None,
) -> Asked[Shown | None]:
    """What is to be shown, given as a field's name and its ids, or its addresses; None if neither is given.

    Addresses below our own /media/ stand for the same files. Raises Invalid if both are given; the answer raises
    NotFound, FileNotReady, and Invalid if a file was uploaded for another purpose.
    """
    if ids and urls:
        raise Invalid(Detail(ids[0], f"cannot be sent together with {urls[0]}"))
    if ids:
        field, wanted = ids[0], [str(each) for each in ids[1]]
        named = {each: UUID(each) for each in wanted}
    elif urls:
        field, wanted = urls[0], list(urls[1])
        named = {each: _file_in(each) for each in wanted if _is_ours(each)}
    else:
        return known(None)

    def shown(rows: list[Row]) -> Shown:
        found = {row["id"]: row for row in rows}
        files = {each: _checked(found.get(file_id), purpose, field) for each, file_id in named.items()}
        return Shown([rules.url_of(files[each]) if each in files else each for each in wanted], list(files.values()))

    if not named:
        return known(shown([]))
    sees_all = caller.role is Role.SUPER_ADMIN
    return queries.ask_chosen(tx, caller, list(named.values()), sees_all).then(shown)


def ask_one(tx: Tx, caller: Caller, purpose: Purpose, given: Body, name: str) -> Asked[Shown | None]:
    """As `ask_shown`, for what shows at most one file: the fields `<name>_id` and, if there is one, `<name>_url`."""
    told = {field: getattr(given, field) for field in (f"{name}_id", f"{name}_url") if field in given.model_fields_set}
    named = {field: [value] if value is not None else [] for field, value in told.items()}
    by_id, by_url = (f"{name}_id", f"{name}_url")
    return ask_shown(
        tx,
        caller,
        purpose,
        ids=(by_id, named[by_id]) if by_id in named else None,
        urls=(by_url, named[by_url]) if by_url in named else None,
    )


def _is_ours(url: str) -> bool:
    return url.startswith(f"{setting('PUBLIC_URL')}/media/")


def _file_in(url: str) -> UUID:
    """The file of an address /media/{folder}/{id}/{name}."""
    parts = urlsplit(url).path.split("/")
    try:
        return UUID(parts[3])
    except (IndexError, ValueError):
        raise NotFound() from None


def _checked(row: Row | None, purpose: Purpose, field: str) -> Row:
    row = _found(row)
    if row["purpose"] != purpose:
        raise Invalid(Detail(field, f"must name files whose purpose is {purpose}"))
    if row["status"] != "READY":
        raise rules.FileNotReady()
    return row


def show(tx: Tx, organization_id: UUID, subject_type: str, subject_id: UUID, shown: Shown) -> None:
    """From now on, the subject shows these files and no others, which therefore cannot be deleted.

    Raises NotFound if one belongs to another organization than the subject does.
    """
    if any(row["organization_id"] != organization_id for row in shown.files):
        raise NotFound()
    ids = list(dict.fromkeys(row["id"] for row in shown.files))
    queries.update_uses(tx, organization_id, subject_type, subject_id, ids)


def ask_attachments(tx: Tx, caller: Caller, purpose: Purpose, ids: Sequence[UUID]) -> Asked[list[Row]]:
    """The caller's own uploads that are to be attached, in order.

    The answer raises NotFound, FileNotReady, and Invalid on `attachments` if one was uploaded for another purpose.
    """
    if not ids:
        return known([])

    def attached(rows: list[Row]) -> list[Row]:
        found = {row["id"]: row for row in rows}
        return [_checked(found.get(one), purpose, "attachments") for one in ids]

    return queries.ask_attachable(tx, caller, list(ids)).then(attached)


def ask_document(tx: Tx, caller: Caller, purpose: Purpose, field: str, file_id: UUID | None) -> Asked[list[Row]]:
    """The document that a field names, if it names any, of the caller's organization.

    The answer raises NotFound, FileNotReady, and Invalid on the field if it was uploaded for another purpose.
    """
    if file_id is None:
        return known([])
    return queries.ask_shared(tx, caller, [file_id]).then(
        lambda rows: [_checked(next(iter(rows), None), purpose, field)]
    )


def ask_receipt(tx: Tx, caller: Caller, purpose: Purpose, file_id: UUID | None) -> Asked[list[Row]]:
    """As ask_attachments, the one file that `receipt_id` names, if it names any."""
    if file_id is None:
        return known([])
    asked = queries.ask_attachable(tx, caller, [file_id])
    return asked.then(lambda rows: [_checked(next(iter(rows), None), purpose, "receipt_id")])


def attach(tx: Tx, caller: Caller, subject_type: str, subject_id: UUID, files: Sequence[Row]) -> list[UUID]:
    """From now on the files are attached to the subject, and cannot be deleted; their ids."""
    ids = [row["id"] for row in files]
    if ids:
        queries.update_uses(tx, caller.organization_id, subject_type, subject_id, ids)
    return ids


def detach(tx: Tx, caller: Caller, subject_type: str, subject_id: UUID) -> None:
    """From now on nothing is attached to the subject."""
    queries.update_uses(tx, caller.organization_id, subject_type, subject_id, [])


def forget_deleted(tx: Tx, building_id: UUID) -> None:
    """Spaces and floors of the building that were deleted show no file any more."""
    queries.delete_uses_in_building(tx, building_id)
