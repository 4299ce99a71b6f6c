"""What a file has to be: what it says it is, whole, and harmless to whoever opens it."""

from shared.files.outcome import Checked
from shared.files.purposes import ContentType
from shared.files.rules import FileRejected

MAGIC: dict[ContentType, tuple[tuple[int, bytes], ...]] = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "application/pdf": ((0, b"%PDF-"),),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ((0, b"PK\x03\x04"),),
}
"""Where a type says what it is. CSV does not say."""


def checked(content_type: ContentType, content: bytes, wants_variants: bool) -> Checked:
    """Check a file's bytes. Raises FileRejected saying why."""
    if not all(content.startswith(mark, place) for place, mark in MAGIC.get(content_type, ())):
        raise FileRejected(f"is not {content_type}, as was announced")
    # Each imported where it is needed: they are the heaviest part of a cold start.
    if content_type.startswith("image/"):
        from shared.files.pictures import checked_picture

        return checked_picture(content_type, content, wants_variants)
    if content_type == "application/pdf":
        from shared.files.pdfs import checked_pdf

        return Checked(content, is_copy=True, pages=checked_pdf(content))
    from shared.files.sheets import check_csv, check_xlsx

    (check_csv if content_type == "text/csv" else check_xlsx)(content)
    return Checked(content, is_copy=True)
