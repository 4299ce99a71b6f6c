"""What is asked of exports and of the daily one, and what is answered."""

import base64
import binascii
import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from shared.exports.kinds import ExportFormat, ExportKind
from shared.kit.fields import LEFT_OUT, Body, Count, Day, Flag, Id, Text, View, refuse
from shared.kit.paging import Paged, PageMeta

ExportStatus = Literal["QUEUED", "RUNNING", "COMPLETED", "FAILED"]
DestinationType = Literal["S3", "SFTP"]
Authentication = Literal["PASSWORD", "PRIVATE_KEY"]


class NewExport(Body):
    """Which data to export, and how they are written. `from` and `to` are days in UTC, and both included."""

    kind: ExportKind
    """ALL is a zip of JSON Lines, one file for each kind of thing, with a schema and a manifest."""
    format: ExportFormat
    """JSONL for ALL."""
    begins: Annotated[Day | None, Field(alias="from")] = None
    """PAYMENTS due or paid on this day or later; INVOICES issued, LEDGER and JOURNAL posted, CONTRACTS in force, other
    things created."""
    ends: Annotated[Day | None, Field(alias="to")] = None
    """As `from`, on this day or earlier. SPACES and RENT_ROLL are as they were on it."""
    building_id: Id | None = None
    """One building's data alone; not for AUDIT and ALL."""
    bom: Flag = False
    """Begin a CSV with the sign by which Excel knows that it is in UTF-8."""
    organization_id: Id | None = None
    """Whose data; an administrator has to say it, everybody else exports their own organization's."""

    @field_validator("ends")
    @classmethod
    def _not_before_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends and begins and ends < begins:
            raise refuse("must not be before `from`")
        return ends


class ExportFilter(Paged):
    """Which exports to list."""

    kind: ExportKind | None = None
    status: ExportStatus | None = None


class Export(View):
    """An export. It is complete or FAILED, never cut short; a failure is tried again three times before it is one."""

    id: UUID
    kind: ExportKind
    format: ExportFormat
    organization_id: UUID
    building_id: UUID | None
    begins_on: date | None
    """The first day that was asked for; null for all days."""
    ends_on: date | None
    scheduled_on: date | None
    """The day on which the schedule asked for it; null if a person did."""
    status: ExportStatus
    reason: str | None
    """What went wrong the last time; null if nothing did."""
    rows: int | None
    """How many things it contains, in all files together; null until it is complete."""
    size_bytes: int | None
    sha256: str | None
    url: str | None
    """A link that works for a minute, without a token, where one export is retrieved; null in lists, until it is
    complete, and once it is deleted."""
    expires_at: datetime | None
    """When the link stops working. Retrieve the export again for another one."""
    created_at: datetime
    finished_at: datetime | None
    kept_until: datetime | None
    """When the file is deleted."""

    accounted: ClassVar[tuple[str, ...]] = ("status", "kind", "format", "organization_id", "building_id")


class ExportList(View):
    """A page of exports, the newest first."""

    data: list[Export]
    meta: PageMeta


_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_KEYS = frozenset({"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"})


def _host(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise refuse("must be a host's name or its IPv4 address", "WRONG_FORMAT")
    return value


def _host_key(value: str) -> str:
    kind, _, rest = value.strip().partition(" ")
    encoded = rest.partition(" ")[0]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    if kind not in _KEYS or not blob.startswith(len(kind).to_bytes(4, "big") + kind.encode()):
        raise refuse("must be a public key as in OpenSSH's known_hosts: its type and its base64", "WRONG_FORMAT")
    return f"{kind} {encoded}"


def _private_key(value: str) -> str:
    if not value.lstrip().startswith("-----BEGIN "):
        raise refuse("must be a private key in PEM or OpenSSH's format", "WRONG_FORMAT")
    return value


def _directory(value: str) -> str:
    if any(ord(char) < 32 for char in value) or ".." in value.split("/"):
        raise refuse("must be a path without `..`", "WRONG_FORMAT")
    return value


class Destination(Body):
    """Where the daily export goes: S3 keeps it here, to be retrieved like any other; SFTP also sends it to a server.

    The password or private key is stored apart and never shown. It may be left out as long as the server and the user
    name stay the same.
    """

    type: DestinationType
    """S3: it is kept here, to be retrieved. SFTP: it is also sent to a server."""
    host: Annotated[Text, Field(max_length=253)] | None = None
    """A name or an IPv4 address; it must resolve to public addresses, at each use."""
    port: Annotated[Count, Field(ge=1, le=65535)] = 22
    """Where the server listens for SSH."""
    username: Annotated[Text, Field(min_length=1, max_length=64)] | None = None
    """As whom to sign in."""
    directory: Annotated[Text, Field(max_length=500)] = ""
    """Where the files go; empty for the directory in which a login begins."""
    host_key: Annotated[Text, Field(max_length=2000)] | None = None
    """The server's public key, as in OpenSSH's known_hosts; no other one is accepted."""
    password: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None
    """This or `private_key`."""
    private_key: Annotated[Text, Field(max_length=16000)] | None = None
    """Without a passphrase."""

    @field_validator("host")
    @classmethod
    def _a_host(cls, value: str | None) -> str | None:
        return None if value is None else _host(value)

    @field_validator("host_key")
    @classmethod
    def _a_host_key(cls, value: str | None) -> str | None:
        return None if value is None else _host_key(value)

    @field_validator("private_key")
    @classmethod
    def _a_private_key(cls, value: str | None) -> str | None:
        return None if value is None else _private_key(value)

    @field_validator("directory")
    @classmethod
    def _a_directory(cls, value: str) -> str:
        return _directory(value)


class ScheduleChange(Body):
    """Fields that are given are changed."""

    enabled: Flag = LEFT_OUT
    """Whether an export is made every day."""
    kind: ExportKind = LEFT_OUT
    """One that the caller's role may export."""
    format: ExportFormat = LEFT_OUT
    """JSONL for ALL."""
    destination: Destination = LEFT_OUT
    """Replaced as a whole."""


class ShownDestination(View):
    """Where the daily export goes. Passwords and private keys are never shown."""

    type: DestinationType
    host: str | None
    port: int | None
    username: str | None
    directory: str | None
    host_key: str | None
    authenticates_by: Authentication | None
    """What is stored of the two; null for S3."""


class ExportSchedule(View):
    """The export that is made every day at 02:00 UTC, of yesterday and today."""

    organization_id: UUID
    enabled: bool
    kind: ExportKind
    format: ExportFormat
    destination: ShownDestination
    updated_at: datetime | None
    """Null until it was set for the first time."""

    accounted: ClassVar[tuple[str, ...]] = ("organization_id", "enabled", "kind", "format")


Stored = dict[str, Any]
"""A destination as it is stored: what ShownDestination shows."""
