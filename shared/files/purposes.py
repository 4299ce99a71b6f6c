"""What people may upload, in one table: for which purpose, of which types, how large, and who may open it.

A word that shows files of a new purpose adds its row here, and to the policy of `files` who else may see them.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from shared.kit.catalog import EVERY_ROLE, Role
from shared.organizations.roles import Right, may

MEGABYTE = 1024 * 1024

ContentType = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]
ENDINGS: dict[ContentType, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}

Audience = Literal["PUBLIC", "ORGANIZATION", "PERSON"]
"""Who may open a file: anyone at its URL; the organization of whoever uploaded it; only whoever uploaded it."""

Bucket = Literal["media", "files", "identity"]
"""Where a file is kept (shared/kit/resources.py)."""


class Purpose(StrEnum):
    """What a file is for."""

    SPACE_IMAGE = "SPACE_IMAGE"
    BUILDING_IMAGE = "BUILDING_IMAGE"
    FLOOR_PLAN = "FLOOR_PLAN"
    ORGANIZATION_LOGO = "ORGANIZATION_LOGO"
    AVATAR = "AVATAR"
    ORGANIZATION_DOCUMENT = "ORGANIZATION_DOCUMENT"
    TICKET_ATTACHMENT = "TICKET_ATTACHMENT"
    MESSAGE_ATTACHMENT = "MESSAGE_ATTACHMENT"
    PROJECT_FILE = "PROJECT_FILE"
    EXPENSE_RECEIPT = "EXPENSE_RECEIPT"
    CONTRACT_ATTACHMENT = "CONTRACT_ATTACHMENT"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    FACE_SCAN = "FACE_SCAN"
    IMPORT = "IMPORT"


class Rule(NamedTuple):
    """What holds for the files of one purpose."""

    folder: str
    """The first part of their keys."""
    sizes: dict[ContentType, int]
    """The accepted types, and the most bytes of each."""
    audience: Audience
    roles: frozenset[Role] = EVERY_ROLE
    """Who may upload them."""
    is_confidential: bool = False
    """Nobody but a reviewer sees the bytes again, or their hash."""
    is_personal: bool = False
    """They go with the account of whoever uploaded them."""

    @property
    def bucket(self) -> Bucket:
        """Where they are kept."""
        if self.is_confidential:
            return "identity"
        return "media" if self.audience == "PUBLIC" else "files"

    @property
    def incoming(self) -> Literal["files", "identity"]:
        """Where they arrive: never where anybody else reads."""
        return "identity" if self.is_confidential else "files"


_IMAGES: dict[ContentType, int] = dict.fromkeys(("image/jpeg", "image/png", "image/webp"), 10 * MEGABYTE)
_PLANS: dict[ContentType, int] = {**_IMAGES, "application/pdf": 10 * MEGABYTE}
_PAPERS: dict[ContentType, int] = {**_IMAGES, "application/pdf": 50 * MEGABYTE}
_SHEETS: dict[ContentType, int] = {
    "text/csv": 50 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 50 * MEGABYTE,
}
_INVENTORY, _ORGANIZATION = may(Right.KEEP_INVENTORY), may(Right.KEEP_ORGANIZATION)

RULES: dict[Purpose, Rule] = {
    Purpose.SPACE_IMAGE: Rule("space-images", _IMAGES, "PUBLIC", _INVENTORY),
    Purpose.BUILDING_IMAGE: Rule("building-images", _IMAGES, "PUBLIC", _INVENTORY),
    Purpose.FLOOR_PLAN: Rule("floor-plans", _PLANS, "PUBLIC", _INVENTORY),
    Purpose.ORGANIZATION_LOGO: Rule("logos", _IMAGES, "PUBLIC", _ORGANIZATION),
    Purpose.AVATAR: Rule("avatars", _IMAGES, "PUBLIC", is_personal=True),
    # Insurance, extracts from registers, licences.
    Purpose.ORGANIZATION_DOCUMENT: Rule("organization-documents", _PAPERS, "ORGANIZATION", _ORGANIZATION),
    Purpose.TICKET_ATTACHMENT: Rule("ticket-attachments", _PAPERS, "PERSON"),
    Purpose.MESSAGE_ATTACHMENT: Rule("message-attachments", _PAPERS, "PERSON"),
    Purpose.PROJECT_FILE: Rule("project-files", _PAPERS, "PERSON"),
    Purpose.EXPENSE_RECEIPT: Rule("expense-receipts", _PAPERS, "PERSON"),
    Purpose.CONTRACT_ATTACHMENT: Rule("contract-attachments", _PAPERS, "PERSON", may(Right.READ_LEASES)),
    Purpose.IDENTITY_DOCUMENT: Rule("identity-documents", _IMAGES, "PERSON", is_confidential=True, is_personal=True),
    Purpose.FACE_SCAN: Rule("face-scans", _IMAGES, "PERSON", is_confidential=True, is_personal=True),
    Purpose.IMPORT: Rule("imports", _SHEETS, "ORGANIZATION", _INVENTORY),
}
