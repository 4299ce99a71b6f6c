"""The one file of a form that a browser sends (`multipart/form-data`, RFC 7578)."""

from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import NamedTuple

from shared.kit.errors import Detail, Invalid

_MOST_PARTS = 10


class _Headers(Compat32):
    """The headers of a form's parts, which are written in UTF-8 (RFC 7578, 5.1), and in an e-mail would be ASCII."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value.encode("ascii", "surrogateescape").decode("utf-8", "replace")


class SentFile(NamedTuple):
    """A file in a form; its name is whatever the sender calls it."""

    name: str
    content: bytes


def is_form(content_type: str) -> bool:
    """Whether a request of this type is a form with files."""
    return content_type.strip().lower().startswith("multipart/form-data")


def file_of(content_type: str, body: bytes, field: str) -> SentFile:
    """The file that the form has under this name. Raises Invalid where it has none, or more than that."""
    heading = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    form: Message = BytesParser(policy=_Headers()).parsebytes(heading + body)
    # A form without its boundary, or that ends before its last one, is read as a text.
    if not form.is_multipart() or form.defects:
        raise Invalid(Detail("body", "must be a whole form, as its Content-Type says"))
    parts = [part for part in form.walk() if part is not form]
    names = [_named(part) for part in parts]
    unknown = sorted(set(names) - {field})
    if unknown or len(parts) > _MOST_PARTS:
        raise Invalid(*(Detail(name or "body", "is not a known field", "UNKNOWN") for name in unknown[:_MOST_PARTS]))
    if len(parts) != 1:
        raise Invalid(Detail(field, "is required, once", "REQUIRED"))
    content = parts[0].get_payload(decode=True)
    return SentFile(parts[0].get_filename() or "", content if isinstance(content, bytes) else b"")


def _named(part: Message) -> str:
    name = part.get_param("name", "", "content-disposition")
    return name if isinstance(name, str) else ""
