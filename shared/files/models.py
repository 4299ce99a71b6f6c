"""The shapes of uploads and files, in requests and responses."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from shared.files.purposes import ContentType, Purpose
from shared.kit.fields import Body, Count, Text, View

Status = Literal["PENDING", "SCANNING", "READY", "REJECTED"]
Scan = Literal["not_configured", "pending", "clean", "infected"]


def _on_one_line(name: Any) -> Any:
    """A name as a header and a list can show it. NUL is left to be refused: a database takes none."""
    if not isinstance(name, str):
        return name
    return "".join(char for char in name if char == "\0" or unicodedata.category(char) != "Cc")


class NewUpload(Body):
    """A file that is about to be uploaded."""

    purpose: Purpose
    """What the file is for: this decides which types and sizes are accepted, and who can open it."""
    file_name: Annotated[Text, Field(min_length=1, max_length=255), BeforeValidator(_on_one_line)]
    """The name that people see, without control characters. It names nothing in storage."""
    content_type: ContentType
    """What the file is. It is rejected if it turns out to be something else."""
    size_bytes: Annotated[Count, Field(ge=1, le=50 * 1024 * 1024)]
    """Exactly as many bytes as will be sent."""


class UploadForm(View):
    """Where to send the file, as `multipart/form-data`: all `fields` as they are, then the bytes as `file`."""

    url: str
    fields: dict[str, str]


class Upload(View):
    """An upload that has begun. Send the file with the form, then complete the upload."""

    accounted: ClassVar[tuple[str, ...]] = ("status", "purpose", "content_type", "size_bytes")

    id: UUID
    status: Literal["PENDING"]
    purpose: Purpose
    content_type: ContentType
    size_bytes: int
    upload: UploadForm
    expires_at: datetime
    """When the form stops working."""


class Variants(View):
    """The same picture, smaller."""

    thumbnail: str
    """At most 320 pixels wide and high."""
    medium: str
    """At most 1,280 pixels wide and high."""


class File(View):
    """An uploaded file. What is shown of a picture is a copy without metadata such as the place where it was taken."""

    accounted: ClassVar[tuple[str, ...]] = ("status", "purpose", "content_type", "size_bytes")

    id: UUID
    status: Status
    """SCANNING: it is still being checked. Only READY files can be opened."""
    purpose: Purpose
    file_name: str
    content_type: ContentType
    size_bytes: int
    """Of what is downloaded; before the file is READY, as announced."""
    sha256: str | None
    """Of what is downloaded; null before, and for documents that prove an identity."""
    width: int | None
    height: int | None
    pages: int | None
    """Of a PDF."""
    url: str | None
    """Where a public file is served, without a token; null for private files, which have a download."""
    variants: Variants | None
    scan: Scan
    """What the malware scanner says; not_configured where there is none."""
    rejected: str | None
    """Why the file was rejected."""
    created_at: datetime


class Attachment(View):
    """An attached file. Download it at `GET /files/{file_id}/download`."""

    id: UUID
    file_name: str
    content_type: str
    size_bytes: int


class DownloadLink(View):
    """Where the file can be read for the next minute, without a token."""

    url: str
    expires_at: datetime
