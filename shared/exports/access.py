"""The only way from an id that a caller sends to an export; and whose data they may export."""

from dataclasses import replace
from uuid import UUID

from shared.exports import queries
from shared.exports.models import NewExport
from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.errors import Detail, Invalid, NotFound
from shared.kit.request import Caller


def visible_export(tx: Reading, caller: Caller, export_id: UUID) -> Row:
    """The export, if the caller's role may ask for such a one. Raises NotFound."""
    row = queries.select_export(tx, caller, export_id)
    if row is None:
        raise NotFound()
    return row


def acting_caller(tx: Tx, caller: Caller, asked: NewExport) -> Caller:
    """As whom the data are read: the caller, or one of the people whose organization an administrator names.

    Raises Invalid if an administrator names none, NotFound if somebody else names another than their own.
    """
    if caller.role is not Role.SUPER_ADMIN:
        if asked.organization_id not in (None, caller.organization_id):
            raise NotFound()
        return caller
    if asked.organization_id is None:
        raise Invalid(Detail("organization_id", "is required", "REQUIRED"))
    role = queries.select_role(tx, asked.organization_id)
    if role is None:
        raise NotFound()
    return replace(caller, organization_id=asked.organization_id, role=role)


def check_building(tx: Reading, acting: Caller, building_id: UUID | None) -> None:
    """Raises NotFound if they have nothing to do with the building."""
    if building_id and not queries.knows_building(tx, acting, building_id):
        raise NotFound()


def acting_of(row: Row) -> Caller:
    """As whom the export's data are read."""
    return Caller(row["user_id"], row["organization_id"], Role(row["acts_as"]), session_id=UUID(int=0))
