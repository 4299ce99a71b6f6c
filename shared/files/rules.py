"""What an upload must be, and the words in which one is refused."""

from datetime import datetime
from typing import Any

from shared.files.models import File, NewUpload, Variants
from shared.files.purposes import ENDINGS, MEGABYTE, RULES, ContentType, Purpose, Rule
from shared.kit.catalog import Role
from shared.kit.errors import Conflict, Detail, Forbidden, Invalid, NotFound
from shared.kit.settings import setting

FORM_SECONDS = 600
"""How long a form works."""
LINK_SECONDS = 60
"""How long a download's link works."""
KEPT_HOURS = 24
"""How long an upload may stay unfinished."""
HEAVY_BYTES = 5 * MEGABYTE
"""A larger PDF or spreadsheet is checked in the background: it may take longer than a request may."""


class FileRejected(Invalid):
    message = "The file was rejected."
    remedy = "Read `details`, mend the file, and upload it again as a new upload."

    def __init__(self, why: str = "") -> None:
        super().__init__(*([Detail("file", why)] if why else []))


class FileNotUploaded(Conflict):
    message = "The file has not been uploaded yet."
    remedy = "Send the file with the upload's form, or begin a new upload if the form has expired."


class FileNotReady(Conflict):
    message = "The file is not ready: it is still being checked, or was rejected."
    remedy = "Read the file's status until it is READY."


class FileInUse(Conflict):
    message = "The file is still shown somewhere."
    constraint = "file_uses_file_id_fkey"
    remedy = "First remove it from wherever it is shown."


class FileGone(NotFound):
    """The file was deleted while something began to show it."""

    code = "NOT_FOUND"
    constraint = "file_uses_file_id_fkey"


def check_upload(role: Role, new: NewUpload) -> None:
    """Raises Forbidden if the role uploads nothing for this purpose, and Invalid on the type or the size."""
    rule = RULES[new.purpose]
    if role not in rule.roles:
        raise Forbidden()
    most = rule.sizes.get(new.content_type)
    if most is None:
        raise Invalid(Detail("content_type", f"must be {_choices(rule)} for this purpose", "NOT_A_CHOICE"))
    if new.size_bytes > most:
        raise Invalid(Detail("size_bytes", f"must not be larger than {most} for this purpose and type", "TOO_LARGE"))


def _choices(rule: Rule) -> str:
    *others, last = rule.sizes
    return f"{', '.join(others)} or {last}"


def scans_uploads() -> bool:
    """Whether this stage has a malware scanner."""
    return setting("SCAN_UPLOADS", "0") == "1"


def metadata_of(row: dict[str, Any], size: int, moment: datetime) -> dict[str, str]:
    """S4 §4.4. CloudFront removes it on the way out (stacks/parts/media.py)."""
    return {
        "x-amz-meta-user_id": str(row["user_id"]),
        "x-amz-meta-uploaded_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-amz-meta-content_type": row["content_type"],
        "x-amz-meta-size_bytes": str(size),
    }


def is_heavy(content_type: ContentType, size: int) -> bool:
    """Whether the check may take longer than a request may."""
    return not content_type.startswith("image/") and size > HEAVY_BYTES


def incoming_key(file_id: Any) -> str:
    """Where the form puts the file."""
    return f"incoming/{file_id}"


def folder_of(purpose: str, file_id: Any) -> str:
    """Where a file and its variants are kept: what begins with it is the file's alone."""
    rule = RULES[Purpose(purpose)]
    return f"{'media/' if rule.audience == 'PUBLIC' else ''}{rule.folder}/{file_id}/"


def key_of(row: dict[str, Any], name: str, sha256: str) -> str:
    """The key of the file itself (`file`) or of a variant; its version is the beginning of the file's hash."""
    return f"{folder_of(row['purpose'], row['id'])}{name}-{sha256[:16]}.{ENDINGS[row['content_type']]}"


def url_of(row: dict[str, Any], name: str = "file") -> str:
    """Where a public file is served."""
    return f"{setting('PUBLIC_URL')}/{key_of(row, name, row['sha256'])}"


def shown(row: dict[str, Any]) -> File:
    """The file as an answer shows it."""
    rule = RULES[Purpose(row["purpose"])]
    is_served = row["status"] == "READY" and rule.audience == "PUBLIC"
    variants = None
    if is_served and row["width"] is not None:
        variants = Variants(thumbnail=url_of(row, "thumbnail"), medium=url_of(row, "medium"))
    return File.of(
        {name: row[name] for name in _SHOWN}
        | {
            "sha256": None if rule.is_confidential else row["sha256"],
            "url": url_of(row) if is_served else None,
            "variants": variants,
        }
    )


_SHOWN = (
    *("id", "status", "purpose", "file_name", "content_type", "size_bytes", "width", "height", "pages", "scan"),
    *("rejected", "created_at"),
)
