"""Spreadsheets to import: only that they are what they say. What is in them, the import itself reads and judges."""

import codecs
import io
import zipfile

from shared.files.rules import FileRejected

_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = (b"PK\x03\x04", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")
_MOST_PARTS = 10_000
_MOST_UNPACKED = 2_000_000_000
"""Bytes: twenty times what the largest import needs."""


def check_csv(content: bytes) -> None:
    """Raises FileRejected if this is no text."""
    is_wide = content.startswith(_BOMS)
    if content.startswith(_BINARY) or (b"\x00" in content and not is_wide):
        raise FileRejected("is not text, as a CSV file is")


def check_xlsx(content: bytes) -> None:
    """Raises FileRejected if this is no Excel workbook, or one with macros. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRejected("is no whole Excel workbook") from None
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise FileRejected("is no Excel workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRejected("contains macros: save it as .xlsx without them")
    if any(part.flag_bits & 1 for part in parts):
        raise FileRejected("is encrypted: save it without a password")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise FileRejected("unpacks to more than an import may hold")
