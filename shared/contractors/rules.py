"""How a contractor's profile changes, and when its insurance is told to end."""

from typing import Any

from shared.contractors.models import ProfileChanges
from shared.kit.db import Row

NOTICES = (30, 7, 1)
"""Days before the last insured day on which the contractor is told."""

UNSET: Row = {"trades": [], "service_area": None, "license_number": None, "insurance": None}
"""Of an organization that has said nothing."""


def changed(before: Row | None, changes: ProfileChanges) -> dict[str, Any]:
    """The profile's fields after the change."""
    kept = {name: (before or UNSET)[name] for name in UNSET}
    return kept | changes.model_dump(include=changes.model_fields_set)
